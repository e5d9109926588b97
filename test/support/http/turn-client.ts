import { readGood, type MemoryClient } from './memory-client.js'

/** A question that a client asked in a thread. Each word is asked once. */
interface Question {
  readonly thread: string
  readonly word: string
}

/** The text of a question. */
export function questionText(word: string): string {
  return `Echo the word: ${word}`
}

/** What the agent of the fixture `remembering` answers to it. */
export function answerText(word: string): string {
  return `Echo: ${word}.`
}

/** A chunk of a stream, as far as it is looked at. */
interface Chunk {
  readonly type: string
  readonly payload: {
    readonly stepResult?: { readonly reason: string }
    readonly output?: { readonly text: string }
  }
}

/** What an answer says; undefined for one that is not told to be complete. */
function readStream(body: string): string | undefined {
  const events = body.split('\n\n').map((event) => event.slice('data: '.length))
  if (events.pop() !== '' || events.pop() !== '[DONE]') return undefined
  const chunks = events.map((event): Chunk => JSON.parse(event))
  const { type, payload } = chunks.at(-1) ?? {}
  if (type !== 'finish' || payload?.stepResult?.reason === 'error') return undefined
  return chunks.some((chunk) => chunk.type === 'error') ? undefined : payload?.output?.text
}

function readJson(body: string): string {
  const { text }: { text: string } = JSON.parse(body)
  return text
}

/** Asks one question after the other over HTTP, and knows which answers it was given whole. */
export class TurnClient {
  readonly name: string
  readonly threads: readonly string[]
  readonly #sent: Question[] = []
  readonly #acknowledged: Question[] = []

  /** @param name - begins its words; no other client's name begins with it */
  constructor(name: string, threads: readonly string[]) {
    this.name = name
    this.threads = threads
  }

  /** The words that it asked in a thread, in order. */
  sentTo(thread: string): string[] {
    return this.#sent.filter((each) => each.thread === thread).map(({ word }) => word)
  }

  /** The words of those turns that it was told are complete. */
  acknowledgedIn(thread: string): string[] {
    return this.#acknowledged.filter((each) => each.thread === thread).map(({ word }) => word)
  }

  /**
   * Asks until the server is killed, in turn in each of its threads, and now and then by stream.
   * @throws where an answer does not come whole although the server was not killed, or is a wrong one
   */
  async writeUntilKilled(
    memory: MemoryClient,
    isKilled: () => boolean,
    onAcknowledged: () => void,
  ): Promise<void> {
    for (;;) {
      try {
        await this.#write(memory)
      } catch (error) {
        // Nothing but a broken connection is an effect of the kill.
        if (isKilled() && error instanceof TypeError) return
        throw error
      }
      onAcknowledged()
    }
  }

  /** Asks once in each of its threads, by stream and at once. */
  async writeEverywhere(memory: MemoryClient): Promise<void> {
    for (let count = 0; count < this.threads.length * 3; count++) await this.#write(memory)
  }

  async #write(memory: MemoryClient): Promise<void> {
    const index = this.#sent.length
    const thread = this.threads[index % this.threads.length] ?? ''
    const isStream = index % 3 === 2
    const question = { thread, word: `${this.name}-${index}` }
    this.#sent.push(question)
    const path = `/api/agents/clerk/${isStream ? 'stream' : 'generate'}`
    const messages = questionText(question.word)
    const body = await readGood(await memory.post(path, { messages, memory: { thread } }))
    const answer = isStream ? readStream(body) : readJson(body)
    if (answer !== answerText(question.word)) throw new Error(`A wrong answer: ${body}`)
    this.#acknowledged.push(question)
  }
}
