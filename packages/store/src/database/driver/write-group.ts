import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Schema } from '../../schema.js'

/** How many pieces of work are made durable at once. */
export const MAX_TOGETHER = 16
/** How many pieces are done before the event loop runs other work. */
const PIECES_A_TURN = 4

const SAVEPOINT = CompiledQuery.raw('savepoint piece')
const RELEASE = CompiledQuery.raw('release piece')
const ROLLBACK = CompiledQuery.raw('rollback to piece')

type Work<T> = (tx: Transaction<Schema>) => Promise<T>

/** Work whose result waits until it is durable. */
interface Piece {
  work(tx: Transaction<Schema>): Promise<void>
  resolve(): void
  reject(error: unknown): void
}

function createPiece<T>(
  work: Work<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Piece {
  let tell = () => {}
  return {
    work: async (tx) => {
      const value = await work(tx)
      tell = () => resolve(value)
    },
    resolve: () => tell(),
    reject,
  }
}

/** Does one piece of work of several: all of it or nothing. Returns what tells how it went. */
async function runPiece(tx: Transaction<Schema>, piece: Piece): Promise<() => void> {
  await tx.executeQuery(SAVEPOINT)
  try {
    await piece.work(tx)
    await tx.executeQuery(RELEASE)
    return () => piece.resolve()
  } catch (error) {
    try {
      await tx.executeQuery(ROLLBACK)
      await tx.executeQuery(RELEASE)
    } catch {
      // The database has given up the whole transaction, because of this.
      throw error
    }
    return () => piece.reject(error)
  }
}

/**
 * Does work that writes where one transaction writes after the other: what comes at the same time is done in one
 * transaction, which is made durable once. Each piece is all done or not at all, and is told of only when it is
 * durable; where the transaction fails, all of it does.
 */
export class WriteGroup {
  readonly #kysely: Kysely<Schema>
  readonly #waiting: Piece[] = []
  #isRunning = false

  constructor(kysely: Kysely<Schema>) {
    this.#kysely = kysely
  }

  run<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(createPiece(work, resolve, reject))
      if (this.#isRunning) return
      this.#isRunning = true
      // Other requests that have arrived by now are read first, and may come along.
      setImmediate(() => void this.#runAll())
    })
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runTogether(this.#waiting.splice(0, MAX_TOGETHER))
    this.#isRunning = false
  }

  async #runTogether(pieces: readonly Piece[]): Promise<void> {
    const outcomes: (() => void)[] = []
    const [first] = pieces
    try {
      await this.#kysely.transaction().execute(async (tx) => {
        if (pieces.length === 1 && first !== undefined) {
          await first.work(tx)
          outcomes.push(() => first.resolve())
          return
        }
        for (const [index, piece] of pieces.entries()) {
          // Between some of them the event loop runs other work; what writes waits for the next group.
          if (index > 0 && index % PIECES_A_TURN === 0) await nextTurn()
          outcomes.push(await runPiece(tx, piece))
        }
      })
    } catch (error) {
      for (const piece of pieces) piece.reject(error)
      return
    }
    for (const tell of outcomes) tell()
  }
}
