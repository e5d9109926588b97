import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Waits until a file, or what a folder names, would outlast a loss of power. */
export function makeDurable(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Windows makes no folder durable.
    if (process.platform !== 'win32') throw error
  } finally {
    closeSync(descriptor)
  }
}
