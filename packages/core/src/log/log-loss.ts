/** Shared by all copies of this package in the process: an application may have one of its own. */
const LOST = Symbol.for('signet.core.lost-log-lines')

/** Counts log lines of this process that could not be written. */
export function countLostLogLines(count: number): void {
  Reflect.set(globalThis, LOST, lostLogLines() + count)
}

/** How many log lines of this process could not be written, since it started. */
export function lostLogLines(): number {
  const lost: unknown = Reflect.get(globalThis, LOST)
  return typeof lost === 'number' ? lost : 0
}
