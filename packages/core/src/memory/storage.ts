import type { Unanswered } from './why-unanswered.js'

/** A part of a message's content: its `type` says what else is in it. Plain JSON. */
export interface MemoryPart {
  readonly type: string
  readonly [name: string]: unknown
}

/** What a message says, in format 2. Plain JSON. */
export interface MemoryContent {
  readonly format: 2
  readonly parts: readonly MemoryPart[]
  /** The text of all parts. */
  readonly content?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Who wrote a message. */
export type MemoryRole = 'user' | 'assistant' | 'system' | 'tool'

/** A message that is to be stored in a thread that is named beside it. */
export interface NewMemoryMessage {
  readonly id: string
  readonly role: MemoryRole
  /** The kind of message; default `text`. */
  readonly type?: string | undefined
  /** In milliseconds since 1970. It is shown, but orders nothing: that is done by the position. */
  readonly createdAt: number
  readonly content: MemoryContent
}

/** A message of a thread. */
export interface MemoryMessage extends NewMemoryMessage {
  readonly threadId: string
  readonly type: string
}

/** A message that is to be stored, with its thread. */
export interface SavedMessage extends NewMemoryMessage {
  readonly threadId: string
}

/** A conversation. Times are in milliseconds since 1970. */
export interface MemoryThread {
  readonly id: string
  /** May be empty. */
  readonly title: string
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** The id of the agent that it was begun with; undefined where none is known. */
  readonly agentId?: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
}

/** A thread that is to be created. */
export interface NewMemoryThread {
  readonly id: string
  /** Default: empty. */
  readonly title?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** The id of the agent that it begins with. Default: none is known. */
  readonly agentId?: string | undefined
}

/** What is to change of a thread; what is left out stays. */
export interface ThreadChange {
  readonly title?: string | undefined
  /** Merged into what there is, name by name at the top level. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Which part of a list is wanted. */
export interface PageQuery {
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** At least 1. */
  readonly perPage: number
}

/** Which part of a list this is. */
export interface PageInfo {
  /** How many there are on all pages. */
  readonly total: number
  readonly page: number
  readonly perPage: number
  readonly hasMore: boolean
}

/** Which threads are wanted, and in what order. */
export interface ThreadQuery extends PageQuery {
  readonly orderBy?:
    | {
        /** Default `createdAt`. */
        readonly field?: 'createdAt' | 'updatedAt' | undefined
        /** Default `desc`. */
        readonly direction?: 'asc' | 'desc' | undefined
      }
    | undefined
  /** Only threads whose metadata has each of these at its top level, with an equal JSON value. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Only threads that were begun with this agent, and those of which no agent is known. */
  readonly agentId?: string | undefined
  /** Only threads whose title has this text in it, in whatever case; nothing in it is a wildcard. */
  readonly title?: string | undefined
}

/** A page of threads. */
export interface ThreadPage extends PageInfo {
  readonly threads: readonly MemoryThread[]
}

/** A span of creation times, in milliseconds since 1970, both ends included. */
export interface CreatedBetween {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Which messages of a thread are wanted. Finding these takes a look at every message of it. */
export interface MessageFilter {
  readonly createdAt?: CreatedBetween | undefined
  /** Only messages of one of these roles. */
  readonly roles?: readonly MemoryRole[] | undefined
  /** Only messages whose metadata has each of these at its top level, with an equal JSON value. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Which messages of a thread are wanted, and in what order. */
export interface MessageQuery extends PageQuery, MessageFilter {
  /** `asc`, the default, is oldest first. */
  readonly direction?: 'asc' | 'desc' | undefined
}

/** A page of messages. */
export interface MessagePage extends PageInfo {
  readonly messages: readonly MemoryMessage[]
}

/** A message by its id, with so many of its neighbours in the same thread. */
export interface MessageRequest {
  readonly id: string
  /** Default 0. */
  readonly previous?: number | undefined
  /** Default 0. */
  readonly next?: number | undefined
}

/** How a thread is to be cloned. */
export interface CloneOptions {
  readonly id: string
  /** Default: that of the source. */
  readonly title?: string | undefined
  /** Merged into that of the source. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Only so many of the newest messages; default: all. */
  readonly messageLimit?: number | undefined
  readonly createdAt?: CreatedBetween | undefined
  /** Only these messages of the thread. */
  readonly messageIds?: readonly string[] | undefined
}

/** A clone, its messages from the oldest on, and which message became which. */
export interface ClonedThread {
  readonly thread: MemoryThread
  readonly messages: readonly MemoryMessage[]
  /** From the id of a message of the source to the id of its copy. */
  readonly messageIds: Readonly<Record<string, string>>
}

/** What to look for. */
export interface SearchQuery {
  /** Any text. A message is found when it has all the words of it, in any order and case. */
  readonly text: string
  /** Only in this thread; default: in all of the owner's. */
  readonly threadId?: string | undefined
  /** Only in threads that were begun with this agent, and in those of which no agent is known. */
  readonly agentId?: string | undefined
  /** At most so many. */
  readonly limit: number
}

/** A message that was found, and the title of its thread. */
export interface SearchHit {
  readonly message: MemoryMessage
  readonly threadTitle: string
}

/** Where a message stands, and what it is, as far as a turn with it has to know. */
export interface MessagePlace {
  readonly id: string
  readonly threadId: string
  readonly role: MemoryRole
  /** Undefined where its answer came about, or where it is not a question. */
  readonly unanswered: Unanswered | undefined
}

/** A question with its answer, or one without, for the thread that they belong to. */
export interface Turn {
  /** `metadata` and `agentId` count only where the thread is missing and so is created, `title` where it has none. */
  readonly thread: NewMemoryThread
  /**
   * Question and answer, in their order; or the question alone, whose last message says by `markUnanswered` that
   * its answer did not come about. Their ids must be new, but for those in `sent`.
   */
  readonly messages: readonly NewMemoryMessage[]
  /**
   * The ids of those messages that were named by a client. One that the thread has already is that message, and is not
   * stored twice: where it stood there without an answer, it goes from there and is stored with this turn, and the
   * messages directly before it that failed in the same request lose their mark; else it stays as it is. A question that
   * is unanswered here changes only one that is unanswered there, in its place. Where the id is that of another thread, of
   * a message of another role, or of an answered message with another text, the message is stored under its `ownId`.
   */
  readonly sent?: readonly string[] | undefined
  /** Calls in messages of the thread that the question answered. One that is no longer there is left out. */
  readonly completed?: readonly CompletedCall[] | undefined
  /** The working memory as the answer left it; left out, it stays. */
  readonly workingMemory?: { readonly text: string; readonly scope: WorkingMemoryScope } | undefined
}

/** The former name of `Turn`. */
export type Exchange = Turn

/** What a tool came to that the client ran, for the part of a message that called it. */
export interface CompletedCall {
  readonly messageId: string
  readonly toolCallId: string
  /** Plain JSON. */
  readonly result: unknown
}

/** Whose a working memory is: the owner's, for all of their threads, or that of one thread. */
export type WorkingMemoryScope = 'resource' | 'thread'

/**
 * What memory asks of a storage. The first argument is always the owner, an opaque key: nothing that
 * a method returns or changes belongs to anyone else, and the same id of another owner is another
 * thread or message. Message ids are unique per owner, over all threads.
 *
 * What is stored comes back exactly as it was given, as JSON has it. Every method either does all
 * that it says or nothing, and is durable when its promise resolves.
 *
 * Each method may throw an error whose `code` is `storage_unavailable` (cannot be reached just now),
 * `storage_failed` (a fault of the storage), `value_invalid` (cannot be stored or asked for) or
 * `result_too_large` (more than one answer should hold). Those that write may also throw the codes named
 * beside them.
 */
export interface MemoryStorage {
  /** What kind of storage it is, such as `libsql`. */
  readonly name: string
  /** @throws `thread_exists` when this owner has a thread of this id */
  createThread(owner: string, thread: NewMemoryThread): Promise<MemoryThread>
  getThread(owner: string, threadId: string): Promise<MemoryThread | undefined>
  listThreads(owner: string, query: ThreadQuery): Promise<ThreadPage>
  /** Resolves to the changed thread, or undefined where there is none. */
  updateThread(
    owner: string,
    threadId: string,
    change: ThreadChange,
  ): Promise<MemoryThread | undefined>
  /** Deletes a thread and its messages. Resolves to whether there was one. */
  deleteThread(owner: string, threadId: string): Promise<boolean>
  /**
   * Copies a thread with its messages. Resolves to undefined where there is no such thread.
   * @throws `thread_exists` when this owner has a thread of the new id
   */
  cloneThread(
    owner: string,
    threadId: string,
    options: CloneOptions,
  ): Promise<ClonedThread | undefined>

  /** Resolves to undefined where there is no such thread. */
  listMessages(
    owner: string,
    threadId: string,
    query: MessageQuery,
  ): Promise<MessagePage | undefined>
  /**
   * The newest messages of a thread that a model may be shown, the oldest of them first; none where there is no such
   * thread. As many as one answer should hold, where the messages are large. A question whose answer failed is left out;
   * behind many of them there may be fewer messages than asked for, as only so many rows are looked at.
   */
  lastMessages(owner: string, threadId: string, count: number): Promise<readonly MemoryMessage[]>
  /** Messages by id, with neighbours; each once, by thread and position. Unknown ids are left out. */
  getMessages(owner: string, requests: readonly MessageRequest[]): Promise<readonly MemoryMessage[]>
  /** Where the owner's messages of these ids stand, in no order. Unknown ids are left out. */
  findMessages(owner: string, ids: readonly string[]): Promise<readonly MessagePlace[]>
  /**
   * Stores messages, all or none, in the order given. A message whose id is already in its thread
   * replaces it, in its place, so that saving again does no harm. A question without an answer keeps its mark.
   * @throws `thread_not_found` when one of the threads is missing
   * @throws `message_exists` when an id is given twice, or is a message of another thread
   */
  saveMessages(owner: string, messages: readonly SavedMessage[]): Promise<readonly MemoryMessage[]>
  /** Resolves to how many of them there were. */
  deleteMessages(owner: string, messageIds: readonly string[]): Promise<number>
  /** Full text search, the newest messages first. */
  searchMessages(owner: string, query: SearchQuery): Promise<readonly SearchHit[]>

  /** The working memory of a thread, or without `threadId` that of the owner. */
  getWorkingMemory(owner: string, threadId?: string): Promise<string | undefined>
  /**
   * Sets the working memory of a thread, or without `threadId` that of the owner; undefined clears it.
   * @throws `thread_not_found`
   */
  setWorkingMemory(owner: string, text: string | undefined, threadId?: string): Promise<void>

  /**
   * Resolves at once where the storage can write, as far as is known. Where a write failed before, it tries to
   * write, now and then; asked of before a model is, so that nobody pays for an answer that cannot be stored.
   * Left out, that is known only from `commitExchange`.
   * @throws `storage_unavailable` where nothing can be stored just now
   */
  readonly requireWritable?: (() => Promise<void>) | undefined
  /**
   * Stores a question with its answer: creates the thread where it is missing, appends the messages,
   * sets the working memory and touches the thread. A title that is given to a thread without one is
   * taken.
   * @throws `message_exists` when this owner has a message of one of the ids, unless it is one of `sent`
   */
  commitExchange(owner: string, turn: Turn): Promise<MemoryThread>
}
