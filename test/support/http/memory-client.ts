/** The secret of the fixtures. */
export const SECRET = 'a secret that is used by nothing but these tests'

/** A message as a test looks at it. */
export interface ReadMessage {
  readonly id: string
  readonly role: string
  readonly threadId: string
  readonly resourceId: string
  readonly content: { readonly content: string }
}

interface Page {
  readonly total: number
  readonly hasMore: boolean
}

/** The text of a good answer. @throws for any other */
export async function readGood(response: Response): Promise<string> {
  const text = await response.text()
  if (response.status === 200) return text
  throw new Error(`${response.url} answered ${response.status}: ${text}`)
}

/** So few that a thread of some rounds has several pages. */
const PER_PAGE = 40

/** Somebody who calls a server with a token. */
export class MemoryClient {
  readonly url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.url = url
    this.#token = token
  }

  async get(path: string): Promise<Response> {
    return await fetch(this.url + path, { headers: { authorization: `Bearer ${this.#token}` } })
  }

  async post(path: string, body: unknown): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
    }
    return await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  /** Asks an agent something that belongs to a thread, and returns its answer. @throws where it has none */
  async ask(agent: string, thread: string, messages: string): Promise<string> {
    const response = await this.post(`/api/agents/${agent}/generate`, {
      messages,
      memory: { thread },
    })
    const answer: { text: string } = JSON.parse(await readGood(response))
    return answer.text
  }

  /** All messages of a thread, page by page; none where there is no such thread. */
  async readMessages(thread: string): Promise<ReadMessage[]> {
    const path = `/api/memory/threads/${thread}/messages`
    const response = await this.get(path)
    await response.text()
    if (response.status === 404) return []
    return await this.#readAll<ReadMessage>(path, 'messages')
  }

  /** The texts of a thread. */
  async readTexts(thread: string): Promise<string[]> {
    return (await this.readMessages(thread)).map(({ content }) => content.content)
  }

  /** All threads, page by page. */
  async readThreads(): Promise<{ readonly id: string; readonly resourceId: string }[]> {
    return await this.#readAll('/api/memory/threads', 'threads')
  }

  /** Reads every page of a list. @throws where a page does not count what all of them hold */
  async #readAll<Row>(path: string, name: 'messages' | 'threads'): Promise<Row[]> {
    const rows: Row[] = []
    const totals: number[] = []
    for (let number = 0; ; number++) {
      const response = await this.get(`${path}?page=${number}&perPage=${PER_PAGE}`)
      const page: Page & Readonly<Record<typeof name, Row[]>> = JSON.parse(await readGood(response))
      rows.push(...page[name])
      totals.push(page.total)
      if (!page.hasMore) break
    }
    if (totals.every((total) => total === rows.length)) return rows
    throw new Error(`${path} has ${rows.length} rows, and counts ${totals.join(', ')}.`)
  }
}
