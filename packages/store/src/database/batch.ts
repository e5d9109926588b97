import { setImmediate } from 'node:timers/promises'

/**
 * How much is worked on before other work of this process has its turn, in bytes. What costs more than bytes are
 * copied says so in its weight.
 */
const MAX_BYTES = 256 * 1024
/** What anything weighs beside its bytes: so at most 256 of anything are in one statement. */
const OWN_BYTES = 1024

function weightless(): number {
  return 0
}

/** Lets other work of this process have its turn whenever so much has been done. */
class Turns {
  #bytes = 0

  /** Whether so much more would be too much at once. */
  isOver(bytes: number): boolean {
    return this.#bytes > 0 && this.#bytes + OWN_BYTES + bytes > MAX_BYTES
  }

  count(bytes: number): void {
    this.#bytes += OWN_BYTES + bytes
  }

  /** Lets other work have its turn now. */
  async pass(): Promise<void> {
    this.#bytes = 0
    await setImmediate()
  }
}

/**
 * The same values in groups that fit into one statement each. Between two groups other work of this process has
 * its turn; a transaction that waits meanwhile stays one.
 *
 * @param bytesOf - what one of them weighs, in bytes
 */
export async function* batches<T>(
  values: Iterable<T>,
  bytesOf: (value: T) => number = weightless,
): AsyncGenerator<readonly T[]> {
  const turns = new Turns()
  let batch: T[] = []
  for (const value of values) {
    const bytes = bytesOf(value)
    if (turns.isOver(bytes)) {
      yield batch
      await turns.pass()
      batch = []
    }
    turns.count(bytes)
    batch.push(value)
  }
  if (batch.length > 0) yield batch
}

/**
 * Makes one value of each. Other work of this process has its turn between them, whenever enough was made.
 *
 * @param bytesOf - what one that was made weighs, in bytes
 */
export async function mapInTurns<T, Made>(
  values: Iterable<T>,
  make: (value: T) => Made,
  bytesOf: (made: Made) => number = weightless,
): Promise<Made[]> {
  const turns = new Turns()
  const all: Made[] = []
  for (const value of values) {
    if (turns.isOver(0)) await turns.pass()
    const made = make(value)
    turns.count(bytesOf(made))
    all.push(made)
  }
  return all
}
