import { setImmediate } from 'node:timers/promises'

/**
 * How much is worked on before the event loop may run other work, in bytes. What costs more than the copy of its bytes
 * says so in its weight.
 */
const MAX_BYTES = 256 * 1024
/** What anything weighs beside its bytes: so at most 256 of anything are in one statement. */
const OWN_BYTES = 1024

function weightless(): number {
  return 0
}

/** Yields to the event loop whenever so much has been done. */
class Pace {
  #bytes = 0

  /** Whether so much more would be too much at once. */
  isOver(bytes: number): boolean {
    return this.#bytes > 0 && this.#bytes + OWN_BYTES + bytes > MAX_BYTES
  }

  count(bytes: number): void {
    this.#bytes += OWN_BYTES + bytes
  }

  /** Lets the event loop run other work now. */
  async yield(): Promise<void> {
    this.#bytes = 0
    await setImmediate()
  }
}

/**
 * The same values in groups that fit into one statement each. Between two groups the event loop runs other
 * work; a transaction that waits meanwhile stays one.
 *
 * @param bytesOf - what one of them weighs, in bytes
 */
export async function* batches<T>(
  values: Iterable<T>,
  bytesOf: (value: T) => number = weightless,
): AsyncGenerator<readonly T[]> {
  const pace = new Pace()
  let batch: T[] = []
  for (const value of values) {
    const bytes = bytesOf(value)
    if (pace.isOver(bytes)) {
      yield batch
      await pace.yield()
      batch = []
    }
    pace.count(bytes)
    batch.push(value)
  }
  if (batch.length > 0) yield batch
}

/**
 * Makes one value of each. Between them the event loop runs other work, whenever enough was made.
 *
 * @param bytesOf - what one that was made weighs, in bytes
 */
export async function mapInParts<T, Made>(
  values: Iterable<T>,
  make: (value: T) => Made,
  bytesOf: (made: Made) => number = weightless,
): Promise<Made[]> {
  const pace = new Pace()
  const all: Made[] = []
  for (const value of values) {
    if (pace.isOver(0)) await pace.yield()
    const made = make(value)
    pace.count(bytesOf(made))
    all.push(made)
  }
  return all
}
