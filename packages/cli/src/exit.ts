import type { Writable } from 'node:stream'

function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

/**
 * Ends this process once all that it wrote is out. An application may hold timers or connections that
 * would keep it alive when its command is over.
 */
export async function endProcess(code: number): Promise<never> {
  await Promise.all([flush(process.stdout), flush(process.stderr)])
  process.exit(code)
}
