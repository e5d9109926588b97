import type { MemoryClient } from '@signet/test-support/http/memory-client'
import { until } from './until.js'
import { outcomeOf, type Outcome } from './watched-server.js'

let count = 0

/** Writes turns into a thread, and knows which of them it was told are stored. */
export class Ledger {
  readonly thread: string
  readonly #acknowledged: string[] = []

  constructor(thread: string) {
    this.thread = thread
  }

  get acknowledged(): number {
    return this.#acknowledged.length
  }

  /** Asks once. */
  async write(client: MemoryClient): Promise<Outcome> {
    const question = `Echo the word number${++count}`
    const body = { messages: question, memory: { thread: this.thread } }
    const outcome = await outcomeOf(client.post('/api/agents/clerk/generate', body))
    if (outcome.status === 200) this.#acknowledged.push(question)
    return outcome
  }

  /** Asks until this is what comes. @throws where it does not come for a minute */
  async writeUntil(client: MemoryClient, isIt: (outcome: Outcome) => boolean): Promise<Outcome> {
    return await until(() => this.write(client), isIt)
  }

  /** What was acknowledged and is not there. */
  async missing(client: MemoryClient): Promise<readonly string[]> {
    const stored = new Set(await client.readTexts(this.thread))
    return this.#acknowledged.filter((question) => !stored.has(question))
  }
}
