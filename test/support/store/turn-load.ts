import type { TurnClient } from '../http/turn-client.js'
import type { MemoryClient } from '../http/memory-client.js'

/** Clients that ask a server again and again, all at once, until they are told to stop. */
export class TurnLoad {
  readonly clients: readonly TurnClient[]
  readonly #running: readonly Promise<void>[]
  #isStopped = false

  constructor(clients: readonly TurnClient[], memory: MemoryClient) {
    this.clients = clients
    this.#running = clients.map(async (client) => {
      while (!this.#isStopped) await client.writeEverywhere(memory)
    })
    // Whoever waits for it is told.
    void Promise.allSettled(this.#running)
  }

  /** The words that were acknowledged by now, by thread. */
  acknowledged(): ReadonlyMap<string, readonly string[]> {
    const threads = new Set(this.clients.flatMap((client) => client.threads))
    return new Map(
      [...threads].map((thread) => [
        thread,
        this.clients.flatMap((client) => client.acknowledgedIn(thread)),
      ]),
    )
  }

  /** Lets each finish what it has begun. @throws where one was given a wrong answer, or none */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
  }

  /** Waits until each has failed, and returns why. */
  async failures(): Promise<readonly string[]> {
    const outcomes = await Promise.allSettled(this.#running)
    return outcomes.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : ''))
  }
}
