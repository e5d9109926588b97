import type { JSONValue } from 'ai'
import type { ToolContext } from './tool-config.js'
import type { ToolSuspension } from './tool-suspension.js'

/** What a suspended call goes on with. */
export interface ResumedCall {
  /** What it is resumed with. Plain JSON. */
  readonly data: unknown
  /** What its tool said when it suspended the call. Plain JSON. */
  readonly payload: unknown
}

/** Functions by which a tool has suspended its call. */
const used = new WeakSet<object>()

/** Whether a tool has suspended the call that it got this context for. What it returns is then no result. */
export function isSuspended(context: ToolContext): boolean {
  // Where no agent makes the call, the log would be told that the tool has read it.
  if (!Object.hasOwn(context, 'suspend')) return false
  const { suspend } = context
  return suspend !== undefined && used.has(suspend)
}

function refuseOptions(options: unknown): void {
  const names = Object.keys(Object(options) as object)
  if (names.length === 0) return
  throw new TypeError(
    `Signet suspends a tool without options. Leave them out: ${names.slice(0, 9).join(', ')}.`,
  )
}

/** A tool, as far as suspending takes it. */
interface Suspendable {
  readonly id: string
  readonly suspension: ToolSuspension
}

/** One execution of a tool, which may suspend the call. */
export class SuspendingCall {
  readonly #tool: Suspendable
  #payload: Promise<JSONValue> | undefined
  #isOver = false

  constructor(tool: Suspendable) {
    this.#tool = tool
  }

  /** What the tool calls to suspend the call. */
  readonly suspend = (payload: unknown, options?: unknown): Promise<undefined> => {
    used.add(this.suspend)
    const said = this.#suspend(payload, options)
    // The tool need not wait: what is wrong is found when it ends.
    said.catch(() => undefined)
    return said
  }

  async #suspend(payload: unknown, options: unknown): Promise<undefined> {
    if (this.#isOver) throw new TypeError('The tool has ended, and cannot suspend the call.')
    const isTwice = this.#payload !== undefined
    this.#payload = isTwice
      ? Promise.reject(new TypeError(`The tool ${this.#tool.id} has suspended its call twice.`))
      : this.#read(payload, options)
    await this.#payload
    return undefined
  }

  async #read(payload: unknown, options: unknown): Promise<JSONValue> {
    refuseOptions(options)
    return this.#tool.suspension.readPayload(payload)
  }

  /**
   * What the tool has said to suspend the call; undefined where it has not. To be called once, when the tool has ended.
   * @throws {TypeError} for what can be no payload
   */
  async close(): Promise<{ readonly payload: JSONValue } | undefined> {
    this.#isOver = true
    return this.#payload && { payload: await this.#payload }
  }
}
