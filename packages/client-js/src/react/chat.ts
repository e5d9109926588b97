import type { Message } from '../answer.js'
import type { AgentChunk } from '../chunk.js'
import type { StoredMessage } from '../thread.js'
import { EMPTY_CHAT, reduceChat, type ChatEvent, type ChatState } from './chat-state.js'

/** Where a chat has its answers from. */
export interface ChatSource {
  /** Whether questions are remembered there: then only what is new is sent, else all that was said. */
  readonly isRemembering: boolean
  ask(messages: readonly Message[], signal: AbortSignal): Promise<AsyncIterable<AgentChunk>>
  /** What was said before, the oldest first. */
  load(signal: AbortSignal): Promise<readonly StoredMessage[]>
}

/** A chat with one agent: one question at a time. Knows no React. */
export class Chat {
  readonly #source: ChatSource
  readonly #listeners = new Set<() => void>()
  #state: ChatState
  #count = 0
  /** Ends what is under way; undefined where nothing is. */
  #running: AbortController | undefined

  constructor(source: ChatSource) {
    this.#source = source
    // Not ready for a moment first: a page would show a thread as empty that is not.
    this.#state = source.isRemembering ? reduceChat(EMPTY_CHAT, { type: 'load' }) : EMPTY_CHAT
  }

  /** The chat now: the same object for as long as nothing happens. */
  readonly getState = (): ChatState => this.#state

  /** Calls a listener whenever something has happened, until what it returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Reads what was said before. Never rejects: `error` of the state says why it failed. */
  readonly load = async (): Promise<void> => {
    if (!this.#source.isRemembering) return
    await this.#run({ type: 'load' }, async (signal) => ({
      type: 'loaded',
      messages: await this.#source.load(signal),
    }))
  }

  /**
   * Asks the agent, and resolves when its answer has ended. Never rejects: `error` of the state says
   * why it failed.
   * @returns false where nothing was sent: the text is blank, or something is under way
   */
  readonly send = async (text: string): Promise<boolean> => {
    if (text.trim() === '' || this.#running) return false
    const number = ++this.#count
    const before = this.#source.isRemembering ? [] : this.#state.messages
    const messages = [...before, { role: 'user' as const, text }]
      .filter((message) => message.text !== '')
      .map(({ role, text: content }) => ({ role, content }))
    const question = { type: 'ask', id: `question-${number}`, text } as const
    await this.#run(question, async (signal, emit) => {
      for await (const chunk of await this.#source.ask(messages, signal)) {
        emit({ type: 'chunk', id: `answer-${number}`, chunk })
      }
      return { type: 'end' }
    })
    return true
  }

  /**
   * Asks the last question again, in place of it and of what came of it. For an answer that failed or was
   * stopped: one that ended well is stored, and would be asked a second time.
   * @returns false where nothing was sent: nothing was asked yet, or something is under way
   */
  readonly retry = async (): Promise<boolean> => {
    const question = this.#state.messages.findLast(({ role }) => role === 'user')
    if (question === undefined || this.#running) return false
    this.#emit({ type: 'withdraw' })
    return await this.send(question.text)
  }

  /** Ends what is under way; what has come of an answer stays. */
  readonly stop = (): void => {
    if (!this.#running) return
    const running = this.#running
    this.#running = undefined
    this.#emit({ type: 'end' })
    running.abort()
  }

  /** Does some work; what it returns comes last, when the next can begin. */
  async #run(
    first: ChatEvent,
    work: (signal: AbortSignal, emit: (event: ChatEvent) => void) => Promise<ChatEvent>,
  ): Promise<void> {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    // What comes when it has been stopped is of no more interest.
    const emit = (event: ChatEvent) => {
      if (this.#running === running) this.#emit(event)
    }
    emit(first)
    let last: ChatEvent
    try {
      last = await work(running.signal, emit)
    } catch (error) {
      last = { type: 'fail', error }
    }
    if (this.#running !== running) return
    this.#running = undefined
    this.#emit(last)
  }

  #emit(event: ChatEvent): void {
    this.#state = reduceChat(this.#state, event)
    for (const listener of this.#listeners) listener()
  }
}
