import {
  dropMark,
  markUnanswered,
  ownId,
  readUnanswered,
  type ClonedThread,
  type CloneOptions,
  type Turn,
  type MemoryMessage,
  type MemoryStorage,
  type MemoryThread,
  type MessagePage,
  type MessagePlace,
  type MessageQuery,
  type MessageRequest,
  type NewMemoryThread,
  type PageQuery,
  type SavedMessage,
  type SearchHit,
  type SearchQuery,
  type ThreadChange,
  type ThreadPage,
  type ThreadQuery,
} from '@signet/core'
import { StorageError, type StorageErrorCode } from '../../../packages/store/src/error.js'

function refuse(code: StorageErrorCode): never {
  throw new StorageError(code, code)
}

function cut<T>(all: readonly T[], { page = 0, perPage }: PageQuery) {
  const start = page * perPage
  const rows = all.slice(start, start + perPage)
  return { rows, info: { total: all.length, page, perPage, hasMore: start + perPage < all.length } }
}

/** The contract for one single owner, as plainly as it can be said; the argument `owner` is not read. */
export class ModelStorage implements MemoryStorage {
  readonly name = 'model'
  readonly #now: () => number
  readonly #threads = new Map<string, MemoryThread>()
  readonly #notes = new Map<string | undefined, string>()
  /** In the order in which they were stored. */
  #messages: MemoryMessage[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  #of(threadId: string): MemoryMessage[] {
    return this.#messages.filter((message) => message.threadId === threadId)
  }

  #touch(threadId: string): MemoryThread | undefined {
    const thread = this.#threads.get(threadId)
    if (thread === undefined) return undefined
    const touched = { ...thread, updatedAt: this.#now() }
    this.#threads.set(threadId, touched)
    return touched
  }

  async createThread(_owner: string, thread: NewMemoryThread): Promise<MemoryThread> {
    if (this.#threads.has(thread.id)) refuse('thread_exists')
    const { id, title = '', metadata, agentId } = thread
    const times = { createdAt: this.#now(), updatedAt: this.#now() }
    const created = {
      id,
      title,
      ...(metadata && { metadata }),
      ...(agentId && { agentId }),
      ...times,
    }
    this.#threads.set(id, created)
    return created
  }

  async getThread(_owner: string, threadId: string): Promise<MemoryThread | undefined> {
    return this.#threads.get(threadId)
  }

  async listThreads(_owner: string, query: ThreadQuery): Promise<ThreadPage> {
    const wanted = Object.entries(query.metadata ?? {})
    const found = [...this.#threads.values()]
      .filter(({ metadata }) => wanted.every(([name, value]) => metadata?.[name] === value))
      .filter(
        ({ agentId }) =>
          query.agentId === undefined || (agentId ?? query.agentId) === query.agentId,
      )
      .filter(({ title }) => title.toLowerCase().includes((query.title ?? '').toLowerCase()))
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    const { rows, info } = cut(found, query)
    return { threads: rows, ...info }
  }

  async updateThread(
    _owner: string,
    threadId: string,
    change: ThreadChange,
  ): Promise<MemoryThread | undefined> {
    const old = this.#touch(threadId)
    if (old === undefined) return undefined
    const metadata = change.metadata && { ...old.metadata, ...change.metadata }
    const changed = { ...old, title: change.title ?? old.title, ...(metadata && { metadata }) }
    this.#threads.set(threadId, changed)
    return changed
  }

  async deleteThread(_owner: string, threadId: string): Promise<boolean> {
    this.#messages = this.#messages.filter((message) => message.threadId !== threadId)
    this.#notes.delete(threadId)
    return this.#threads.delete(threadId)
  }

  async cloneThread(
    owner: string,
    threadId: string,
    options: CloneOptions,
  ): Promise<ClonedThread | undefined> {
    const source = this.#threads.get(threadId)
    if (source === undefined) return undefined
    const { title, metadata, agentId } = source
    const thread = await this.createThread(owner, { id: options.id, title, metadata, agentId })
    const note = this.#notes.get(threadId)
    if (note !== undefined) this.#notes.set(options.id, note)
    const all = this.#of(threadId)
    const originals = all.slice(all.length - Math.min(all.length, options.messageLimit ?? Infinity))
    const pairs = originals.map(({ id }) => [id, `copy of ${id}`] as const)
    // Deleted at once by whoever asks, so they need not be there.
    return { thread, messages: [], messageIds: Object.fromEntries(pairs) }
  }

  async listMessages(
    _owner: string,
    threadId: string,
    query: MessageQuery,
  ): Promise<MessagePage | undefined> {
    if (!this.#threads.has(threadId)) return undefined
    const { roles, createdAt: { from = -Infinity, to = Infinity } = {} } = query
    const all = this.#of(threadId).filter(
      ({ role, createdAt, content }) =>
        (roles?.includes(role) ?? true) &&
        createdAt >= from &&
        createdAt <= to &&
        Object.entries(query.metadata ?? {}).every(
          ([name, value]) => content.metadata?.[name] === value,
        ),
    )
    const { rows, info } = cut(query.direction === 'desc' ? all.toReversed() : all, query)
    return { messages: rows, ...info }
  }

  async lastMessages(_owner: string, threadId: string, count: number): Promise<MemoryMessage[]> {
    const all = this.#of(threadId).filter(({ content }) => readUnanswered(content) !== 'failed')
    return all.slice(Math.max(0, all.length - count))
  }

  async findMessages(_owner: string, ids: readonly string[]): Promise<MessagePlace[]> {
    return this.#messages
      .filter(({ id }) => ids.includes(id))
      .map(({ id, threadId, role, content }) => {
        return { id, threadId, role, unanswered: readUnanswered(content) }
      })
  }

  async getMessages(_owner: string, requests: readonly MessageRequest[]): Promise<MemoryMessage[]> {
    return requests.flatMap(({ id, previous = 0, next = 0 }) => {
      const message = this.#messages.find((each) => each.id === id)
      if (message === undefined) return []
      const all = this.#of(message.threadId)
      const index = all.indexOf(message)
      return all.slice(Math.max(0, index - previous), index + next + 1)
    })
  }

  async saveMessages(_owner: string, messages: readonly SavedMessage[]): Promise<MemoryMessage[]> {
    if (new Set(messages.map(({ id }) => id)).size < messages.length) refuse('message_exists')
    if (messages.some(({ threadId }) => !this.#threads.has(threadId))) refuse('thread_not_found')
    const saved = messages.map((message) => {
      const old = this.#messages.find(({ id }) => id === message.id)
      const mark = old && old.role === message.role ? readUnanswered(old.content) : undefined
      const isKept = mark !== undefined && readUnanswered(message.content) === undefined
      const content = isKept ? markUnanswered(message.content, mark) : message.content
      return { type: 'text', ...message, content }
    })
    const places = saved.map(({ id }) => this.#messages.findIndex((each) => each.id === id))
    for (const [index, place] of places.entries()) {
      const there = this.#messages[place]
      if (there && there.threadId !== saved[index]?.threadId) refuse('message_exists')
    }
    for (const [index, message] of saved.entries()) {
      const place = places[index] ?? -1
      if (place >= 0) this.#messages[place] = message
      else this.#messages.push(message)
      this.#touch(message.threadId)
    }
    return saved
  }

  async deleteMessages(_owner: string, messageIds: readonly string[]): Promise<number> {
    const gone = this.#messages.filter(({ id }) => messageIds.includes(id))
    this.#messages = this.#messages.filter((message) => !gone.includes(message))
    for (const { threadId } of gone) this.#touch(threadId)
    return gone.length
  }

  async searchMessages(_owner: string, query: SearchQuery): Promise<SearchHit[]> {
    const words = query.text.split(' ')
    return this.#messages
      .filter(({ threadId }) => threadId === (query.threadId ?? threadId))
      .filter(({ content }) => words.every((word) => content.content?.split(' ').includes(word)))
      .map((message) => {
        return { message, threadTitle: this.#threads.get(message.threadId)?.title ?? '' }
      })
  }

  async getWorkingMemory(_owner: string, threadId?: string): Promise<string | undefined> {
    return this.#notes.get(threadId)
  }

  async setWorkingMemory(_owner: string, text?: string, threadId?: string): Promise<void> {
    if (threadId !== undefined && this.#touch(threadId) === undefined) refuse('thread_not_found')
    if (text === undefined) this.#notes.delete(threadId)
    else this.#notes.set(threadId, text)
  }

  /** The message under the id that it is stored under. */
  #placed(message: MemoryMessage): MemoryMessage {
    const find = (id: string) => this.#messages.find((each) => each.id === id)
    const isOther = (old: MemoryMessage) =>
      old.threadId !== message.threadId || (old.role === 'user') !== (message.role === 'user')
    const first = find(message.id)
    const id = first && isOther(first) ? ownId(message.threadId, message.id) : message.id
    const old = find(id)
    if (old === undefined || readUnanswered(old.content) !== undefined) return { ...message, id }
    const said = message.content.content
    if (old.content.content === said) return { ...message, id }
    return { ...message, id: ownId(message.threadId, id, JSON.stringify([said])) }
  }

  /** Takes the mark from what was asked in the same request directly before a question. */
  #clearBefore(question: MemoryMessage | undefined): void {
    if (question === undefined) return
    const all = this.#of(question.threadId)
    const mark = readUnanswered(question.content)
    const before = all
      .slice(
        0,
        all.findIndex(({ id }) => id === question.id),
      )
      .toReversed()
    const end = before.findIndex(
      ({ role, createdAt, content }) =>
        role !== 'user' || createdAt !== question.createdAt || readUnanswered(content) !== mark,
    )
    const ids = new Set((end < 0 ? before : before.slice(0, end)).map(({ id }) => id))
    this.#messages = this.#messages.map((message) => {
      if (!ids.has(message.id)) return message
      const metadata = dropMark(message.content.metadata ?? {})
      return { ...message, content: { ...message.content, metadata } }
    })
  }

  async commitExchange(owner: string, turn: Turn): Promise<MemoryThread> {
    const { thread, messages, sent = [], completed = [], workingMemory } = turn
    const ids = messages.map(({ id }) => id)
    const isTaken = this.#messages.some(({ id }) => ids.includes(id) && !sent.includes(id))
    if (isTaken || new Set(ids).size < ids.length) refuse('message_exists')
    const touched = this.#touch(thread.id) ?? (await this.createThread(owner, thread))
    const there = { ...touched, title: touched.title || (thread.title ?? '') }
    this.#threads.set(thread.id, there)
    this.#messages = this.#messages.map((message) => {
      const own = completed.filter(({ messageId }) => messageId === message.id)
      if (own.length === 0 || message.threadId !== thread.id) return message
      const parts = message.content.parts.map((part) => {
        const call = part['toolInvocation'] as { state: string; toolCallId: string } | undefined
        const last = own.findLast(({ toolCallId }) => toolCallId === call?.toolCallId)
        if (call?.state !== 'call' || last === undefined) return part
        return { ...part, toolInvocation: { ...call, state: 'result', result: last.result } }
      })
      return { ...message, content: { ...message.content, parts } }
    })
    const added: MemoryMessage[] = []
    const moved: MemoryMessage[] = []
    for (const message of messages) {
      const stored = this.#placed({ type: 'text', ...message, threadId: thread.id })
      const place = this.#messages.findIndex(({ id }) => id === stored.id)
      const old = this.#messages[place]
      if (old === undefined) added.push(stored)
      else if (readUnanswered(old.content) !== undefined) {
        if (readUnanswered(message.content) !== undefined) this.#messages[place] = stored
        else {
          moved.push(old)
          added.push(stored)
        }
      }
    }
    this.#clearBefore(moved.at(-1))
    this.#messages = this.#messages.filter(({ id }) => moved.every((each) => each.id !== id))
    this.#messages.push(...added)
    if (workingMemory !== undefined) {
      const { text, scope } = workingMemory
      await this.setWorkingMemory(owner, text, scope === 'thread' ? thread.id : undefined)
    }
    return there
  }
}
