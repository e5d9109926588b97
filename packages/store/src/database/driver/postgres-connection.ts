import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { isAfterFailure, isConnectionLost } from './postgres-fault.js'

/** What is asked here of a connection of `pg`. */
interface PgClient {
  query<R>(query: {
    readonly text: string
    readonly values: unknown[]
    /** How long the answer is waited for. */
    readonly query_timeout?: number | undefined
  }): Promise<PostgresQueryResult<R>>
  release(destroy: boolean): void
}

/** A connection for one transaction: given up, not given back, once the server behind it did not answer. */
export class PostgresConnection implements PostgresPoolClient {
  readonly #client: PgClient
  readonly #beginTimeoutMs: number
  #hasBegun = false
  #lost: unknown
  /** The first failure: what another statement of the transaction is told is only that there was one. */
  #failed: unknown

  /** @param beginTimeoutMs - how long the answer to the first statement is waited for, which costs the server nothing */
  constructor(client: PgClient, beginTimeoutMs: number) {
    this.#client = client
    this.#beginTimeoutMs = beginTimeoutMs
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    query: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof query !== 'string') throw new TypeError('The store opens no cursors.')
    return this.#ask(query, parameters)
  }

  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // The statement that follows a lost one is the rollback: it would wait as long again.
    if (this.#lost !== undefined) throw this.#lost
    try {
      const result = await this.#client.query<R>({
        text,
        values: [...parameters],
        ...(!this.#hasBegun && { query_timeout: this.#beginTimeoutMs }),
      })
      this.#hasBegun = true
      return result
    } catch (error) {
      // What has begun in part would be begun already for whoever comes next.
      if (!this.#hasBegun || isConnectionLost(error)) this.#lost = error
      const first = this.#failed ?? error
      this.#failed = first
      throw isAfterFailure(error) ? first : error
    }
  }

  release(): void {
    this.#client.release(this.#lost !== undefined)
  }
}
