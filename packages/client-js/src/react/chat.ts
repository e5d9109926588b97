import type { Message } from '../message.js'
import type { AgentChunk } from '../chunk.js'
import { createId } from '../create-id.js'
import type { SuspendedRun } from '../run.js'
import type { StoredMessage } from '../thread.js'
import type { TimedChunk } from './chat-part.js'
import { EMPTY_CHAT, reduceChat, type ChatEvent, type ChatState } from './chat-state.js'
import { beforeNextFrame, letOthersRun } from './frame.js'

/** How long chunks are read at a time, in milliseconds, where they come faster than they can be read. */
const READING_MS = 8

/** The chunks of an answer, with the headers that came before them. */
export interface ChatAnswer extends AsyncIterable<AgentChunk> {
  readonly headers?: Headers | undefined
}

/** What somebody decides of a call that waits. */
export interface ChatDecision {
  /** Of the call, as it waits in a message of the chat. */
  readonly runId: string
  readonly toolCallId: string
  /** Whether it is made, or resumed. */
  readonly isApproved: boolean
  /** What a call is resumed with that its tool has suspended. */
  readonly resumeData?: unknown
  /** Why it is declined; the model is told. At most 2,000 characters. */
  readonly reason?: string | undefined
}

/** Messages of a thread. */
interface StoredPage {
  /** The oldest first. */
  readonly messages: readonly StoredMessage[]
  /** Whether there are older ones. */
  readonly hasMore: boolean
  /** What waits for decisions in the thread, the newest first; only with the newest messages. */
  readonly suspended?: readonly SuspendedRun[] | undefined
}

/** Where a chat has its answers from. */
export interface ChatSource {
  /** Whether questions are remembered there: then only what is new is sent, else all that was said. */
  readonly isRemembering: boolean
  ask(messages: readonly Message[], signal: AbortSignal): Promise<ChatAnswer>
  /** Decides on a call. @returns the rest of its answer */
  decide(decision: ChatDecision, signal: AbortSignal): Promise<ChatAnswer>
  /** What was said before. @param page - 0 has the newest messages, 1 those before */
  load(signal: AbortSignal, page: number): Promise<StoredPage>
}

/** What is under way. */
interface Run {
  readonly controller: AbortController
  /** Puts into the state what has come and is not in it yet. */
  flush(): void
}

/** A chat with one agent: one question at a time. Knows no React. */
export class Chat {
  readonly #source: ChatSource
  readonly #listeners = new Set<() => void>()
  #state: ChatState
  /** How many pages of the thread have been read. */
  #pages = 0
  #earlier: Promise<boolean> | undefined
  /** Undefined where nothing is under way. */
  #running: Run | undefined

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
    await this.#run({ type: 'load' }, async ({ controller }) => {
      const page = await this.#source.load(controller.signal, 0)
      this.#pages = 1
      return { type: 'loaded', ...page }
    })
  }

  /**
   * Reads messages of the thread that come before the first, also while an answer comes. Never rejects.
   * @returns false where they could not be read
   */
  readonly loadEarlier = (): Promise<boolean> => {
    this.#earlier ??= this.#loadEarlier().finally(() => (this.#earlier = undefined))
    return this.#earlier
  }

  async #loadEarlier(): Promise<boolean> {
    const count = this.#state.messages.length
    try {
      // What was said since has moved the pages: one may have nothing that is new here.
      while (this.#state.hasEarlier && this.#state.messages.length <= count) {
        const page = await this.#source.load(new AbortController().signal, this.#pages)
        this.#pages += 1
        this.#emit({ type: 'earlier', ...page })
      }
      return true
    } catch {
      return false
    }
  }

  /**
   * Asks the agent, and resolves when its answer has ended. Never rejects: `error` of the state says
   * why it failed.
   * @returns false where nothing was sent: the text is blank, or something is under way
   */
  readonly send = (text: string): Promise<boolean> => this.#ask(createId(), text)

  async #ask(id: string, text: string): Promise<boolean> {
    if (text.trim() === '' || this.#running) return false
    const { isRemembering } = this.#source
    const before = isRemembering ? [] : this.#state.messages
    const said = before
      .filter((message) => message.text !== '')
      .map(({ role, text: content }) => ({ role, content }))
    // A thread knows a question by its id: one that is asked again is not stored twice.
    const question = { ...(isRemembering && { id }), role: 'user', content: text } as const
    await this.#run({ type: 'ask', id, text }, async (run) => {
      const answer = await this.#source.ask([...said, question], run.controller.signal)
      await this.#read(answer, run)
      return { type: 'end' }
    })
    return true
  }

  /**
   * Decides on a call that waits, and resolves when its answer has ended or waits again. The answer goes on in its
   * message; why it failed later, `error` of the state says.
   * @returns false where nothing was sent: no such call waits here, or something is under way
   * @throws {MastraClientError} where the decision does not count; the call is then as before
   */
  readonly decide = async (decision: ChatDecision): Promise<boolean> => {
    const { runId, toolCallId } = decision
    const message = this.#state.messages.find(({ toolCalls }) =>
      toolCalls.some((call) => call.runId === runId && call.toolCallId === toolCallId),
    )
    if (message === undefined || this.#running) return false
    let refusal: { readonly error: unknown } | undefined
    await this.#run({ type: 'decide' }, async (run) => {
      let answer: ChatAnswer
      try {
        answer = await this.#source.decide(decision, run.controller.signal)
      } catch (error) {
        // Who stops it knows why.
        if (!run.controller.signal.aborted) refusal = { error }
        return { type: 'undecided' }
      }
      await this.#read(answer, run, message.id)
      return { type: 'end' }
    })
    if (refusal !== undefined) throw refusal.error
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
    return await this.#ask(question.id, question.text)
  }

  /** Ends what is under way; what has come of an answer stays. */
  readonly stop = (): void => {
    const running = this.#running
    if (!running) return
    running.flush()
    this.#running = undefined
    this.#emit({ type: 'end' })
    running.controller.abort()
  }

  /**
   * Reads an answer. Chunks that come between two frames of the screen are one event.
   * @param messageId - of the message that goes on. Default: a new one.
   */
  async #read(answer: ChatAnswer, run: Run, messageId?: string): Promise<void> {
    let id = messageId
    const requestId = answer.headers?.get('x-request-id') ?? undefined
    let chunks: TimedChunk[] = []
    let cancelFrame: (() => void) | undefined
    run.flush = () => {
      cancelFrame?.()
      cancelFrame = undefined
      // What comes when it has been stopped is of no more interest.
      if (this.#running !== run || chunks.length === 0) return
      const start = chunks[0]?.chunk
      // The first chunk has the id by which the thread knows the answer.
      id ??= start?.type === 'start' ? start.payload.messageId : createId()
      const event = { type: 'chunks', id, chunks, requestId } as const
      chunks = []
      this.#emit(event)
    }
    let since = performance.now()
    try {
      for await (const chunk of answer) {
        if (this.#running !== run) return
        chunks.push({ chunk, at: Date.now() })
        cancelFrame ??= beforeNextFrame(run.flush)
        // Chunks that are there already come without a pause, in which nobody could stop them.
        if (performance.now() - since < READING_MS) continue
        await letOthersRun()
        since = performance.now()
      }
    } finally {
      run.flush()
    }
  }

  /** Does some work; what it returns comes last, when the next can begin. */
  async #run(first: ChatEvent, work: (run: Run) => Promise<ChatEvent>): Promise<void> {
    this.#running?.controller.abort()
    const run: Run = { controller: new AbortController(), flush: () => undefined }
    this.#running = run
    this.#emit(first)
    let last: ChatEvent
    try {
      last = await work(run)
    } catch (error) {
      last = { type: 'fail', error }
    }
    if (this.#running !== run) return
    this.#running = undefined
    this.#emit(last)
  }

  #emit(event: ChatEvent): void {
    this.#state = reduceChat(this.#state, event)
    for (const listener of this.#listeners) listener()
  }
}
