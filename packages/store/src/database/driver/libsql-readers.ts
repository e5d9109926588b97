import type { DatabaseConnection, Driver as KyselyDriver } from 'kysely'

/**
 * Connections that only read, each opened when it is first needed. Who finds none that is free waits for one, in
 * the order of asking.
 */
export class Readers {
  readonly #open: () => Promise<KyselyDriver>
  readonly #max: number
  /** What each connection in use is a connection of. */
  readonly #used = new Map<DatabaseConnection, KyselyDriver>()
  readonly #idle: KyselyDriver[] = []
  readonly #waiting: (() => void)[] = []
  /** How many connections are in use, or are being opened for somebody. */
  #taken = 0
  #isPaused = false
  #onQuiet = (): void => {}

  /**
   * @param open - opens a driver with one connection
   * @param max - how many connections there are at most
   */
  constructor(open: () => Promise<KyselyDriver>, max: number) {
    this.#open = open
    this.#max = max
  }

  async acquire(): Promise<DatabaseConnection> {
    if (this.#isPaused || this.#taken >= this.#max) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    } else {
      this.#taken += 1
    }
    try {
      const driver = this.#idle.pop() ?? (await this.#open())
      const connection = await driver.acquireConnection()
      this.#used.set(connection, driver)
      return connection
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  async release(connection: DatabaseConnection): Promise<void> {
    const driver = this.#used.get(connection)
    if (driver === undefined) return
    this.#used.delete(connection)
    await driver.releaseConnection(connection)
    this.#idle.push(driver)
    this.#leave()
  }

  /** Does something at a moment at which none of these connections reads. Whoever comes meanwhile waits for its end. */
  async pauseFor(work: () => Promise<void>): Promise<void> {
    this.#isPaused = true
    try {
      if (this.#taken > 0) await new Promise<void>((resolve) => void (this.#onQuiet = resolve))
      await work()
    } finally {
      this.#isPaused = false
      this.#admit()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((driver) => driver.destroy()))
  }

  #leave(): void {
    this.#taken -= 1
    if (this.#taken === 0) this.#onQuiet()
    this.#admit()
  }

  #admit(): void {
    while (!this.#isPaused && this.#taken < this.#max) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#taken += 1
      next()
    }
  }
}
