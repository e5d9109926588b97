import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StoreOptions } from '../../../packages/store/src/store.js'

const SCRIPT = fileURLToPath(new URL('turn-writer.mjs', import.meta.url))

/** What a writer is to write. */
export interface Writing {
  readonly store: StoreOptions
  readonly owner: string
  readonly threadId: string
  /** Begins the ids of its turns. */
  readonly prefix: string
  readonly count: number
}

/** A process that commits turns to a store. */
export class TurnWriter {
  /** The ids of the turns that it acknowledged, so far. */
  readonly acknowledged: string[] = []
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #errors = ''

  constructor(writing: Writing) {
    this.#child = spawn(process.execPath, [SCRIPT, JSON.stringify(writing)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let rest = ''
    this.#child.stdout?.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n')
      rest = lines.pop() ?? ''
      this.acknowledged.push(...lines)
    })
    this.#child.stderr?.on('data', (data: Buffer) => (this.#errors += data.toString()))
    this.#ended = once(this.#child, 'close')
  }

  /** Waits until it has acknowledged so many, then ends it at once, as a crash would. */
  async killAfter(count: number): Promise<void> {
    while (this.acknowledged.length < count && this.#child.exitCode === null) {
      const { stdout } = this.#child
      await Promise.race([this.#ended, ...(stdout === null ? [] : [once(stdout, 'data')])])
    }
    this.#child.kill('SIGKILL')
    await this.#ended
    if (this.#child.signalCode !== 'SIGKILL') throw new Error(`It ended itself: ${this.#errors}`)
  }

  /** Waits for its end. @throws when it failed */
  async finished(): Promise<void> {
    await this.#ended
    if (this.#child.exitCode !== 0) throw new Error(`The writer failed: ${this.#errors}`)
  }
}
