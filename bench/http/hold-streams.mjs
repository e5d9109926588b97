import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { atEnd } from './cleanup.mjs'
import { pinned } from './pin.mjs'
import { RAISE_LIMIT } from './server-process.mjs'
import { TOKEN } from './token.mjs'

const CLIENT = fileURLToPath(new URL('client/open-streams.mjs', import.meta.url))

/**
 * Opens so many streams of the agent that say their first words and then wait.
 * @returns what closes them
 */
export async function holdStreams(url, count) {
  const client = [process.execPath, CLIENT, url, `${count}`]
  const [file, ...args] = pinned('load', ['sh', '-c', RAISE_LIMIT, 'sh', ...client])
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, BENCH_TOKEN: TOKEN },
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const close = async () => {
    child.stdin.end()
    await ended
  }
  atEnd(close)
  let complaint = ''
  child.stderr.on('data', (data) => (complaint += data))
  const isOpen = new Promise((resolve) => child.stdout.once('data', () => resolve(true)))
  if (await Promise.race([isOpen, ended.then(() => false)])) return close
  throw new Error(`${count} streams cannot be opened: ${complaint}`)
}
