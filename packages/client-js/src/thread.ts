import type { Role } from './message.js'
import type { Query } from './path.js'
import { contextText, plainContext, type RequestContextInput } from './request-context.js'
import type { Api, ApiRequest, CallOptions } from './request.js'

/** What an application notes about a thread or a message. */
export type Metadata = Readonly<Record<string, unknown>>

/** A conversation. Times are in ISO 8601. */
export interface Thread {
  readonly id: string
  /** May be empty. */
  readonly title: string
  /** Who owns it, by the token that made it. */
  readonly resourceId: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Null where there are none. */
  readonly metadata: Metadata | null
}

/** A part of a message: its `type` says what else is in it. */
export interface MessagePart {
  readonly type: string
  readonly [name: string]: unknown
}

/** What a message says. */
export interface MessageContent {
  readonly format: 2
  readonly parts: readonly MessagePart[]
  /** The text of all parts. */
  readonly content?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** A message of a thread. */
export interface StoredMessage {
  readonly id: string
  readonly role: Role
  readonly type: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly threadId: string
  readonly resourceId: string
  readonly content: MessageContent
}

/** A copy of a thread. */
export interface ClonedThread {
  readonly thread: Thread
  readonly clonedMessages: readonly StoredMessage[]
  /** From the id of a message of the source to the id of its copy. */
  readonly messageIdMap: Readonly<Record<string, string>>
}

/** Which part of a list it is. */
export interface Page {
  /** Of the whole list. */
  readonly total: number
  /** From 0. */
  readonly page: number
  readonly perPage: number
  readonly hasMore: boolean
}

/** Which part of a list is wanted. */
export interface PageParams {
  /** From 0. Default: 0. */
  readonly page?: number | undefined
  /** At most 1000. */
  readonly perPage?: number | undefined
}

/** What most calls of the memory take. Signet looks at neither: the token says who owns a thread. */
export interface MemoryParams {
  readonly resourceId?: string | undefined
  readonly requestContext?: RequestContextInput | undefined
}

/** Which messages are wanted. */
export interface ListMessagesParams extends PageParams, MemoryParams {
  /** Default: the agent that `getMemoryThread` was given, if any. */
  readonly agentId?: string | undefined
  /** Default: the oldest first. `perPage` is 40 unless it is given. */
  readonly orderBy?:
    | { readonly field?: 'createdAt' | undefined; readonly direction?: 'ASC' | 'DESC' | undefined }
    | undefined
  readonly filter?:
    | {
        readonly dateRange?:
          | {
              readonly start?: Date | string | undefined
              readonly end?: Date | string | undefined
              readonly startExclusive?: boolean | undefined
              readonly endExclusive?: boolean | undefined
            }
          | undefined
        readonly roles?: readonly Role[] | undefined
        readonly metadata?: Metadata | undefined
      }
    | undefined
  /** Further messages of the thread, with their neighbours. */
  readonly include?:
    | readonly {
        readonly id: string
        readonly withPreviousMessages?: number | undefined
        readonly withNextMessages?: number | undefined
      }[]
    | undefined
}

/** What is changed of a thread. */
export interface UpdateThreadParams extends MemoryParams {
  readonly agentId?: string | undefined
  readonly title?: string | undefined
  /** Added to what there is. */
  readonly metadata?: Metadata | undefined
}

/** What is copied of a thread, and into what. */
export interface CloneThreadParams extends MemoryParams {
  readonly agentId?: string | undefined
  /** Default: a random one. */
  readonly newThreadId?: string | undefined
  readonly title?: string | undefined
  readonly metadata?: Metadata | undefined
  readonly options?:
    | {
        /** Only so many of the newest. */
        readonly messageLimit?: number | undefined
        readonly messageFilter?:
          | {
              readonly startDate?: Date | string | undefined
              readonly endDate?: Date | string | undefined
              readonly messageIds?: readonly string[] | undefined
            }
          | undefined
      }
    | undefined
}

/** Which messages are meant. */
export type MessageIds =
  | string
  | { readonly id: string }
  | readonly string[]
  | readonly { readonly id: string }[]

/** What belongs to another caller answers like what is not there: `not_found`. */
export class MemoryThread {
  readonly #api: Api
  readonly #path: readonly string[]
  readonly #agentId: string | undefined

  /** Made by `MastraClient.getMemoryThread`. */
  constructor(api: Api, threadId: string, agentId?: string) {
    this.#api = api
    this.#path = ['memory', 'threads', threadId]
    this.#agentId = agentId
  }

  #request(behind: readonly string[], query: Query): ApiRequest {
    const agentId = query['agentId'] ?? this.#agentId
    return { path: [...this.#path, ...behind], query: { ...query, agentId } }
  }

  /**
   * The thread.
   * @throws {MastraClientError} `not_found`
   */
  get(requestContext?: RequestContextInput, options?: CallOptions): Promise<Thread> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ ...this.#request([], query), ...options })
  }

  /**
   * Changes the title, and adds to the metadata.
   * @throws {MastraClientError} `not_found`
   */
  update(params: UpdateThreadParams, options?: CallOptions): Promise<Thread> {
    const { agentId, requestContext, ...changes } = params
    return this.#api.json({
      ...this.#request([], { agentId }),
      method: 'PATCH',
      body: { ...changes, requestContext: plainContext(requestContext) },
      ...options,
    })
  }

  /**
   * Deletes the thread with its messages.
   * @throws {MastraClientError} `not_found`
   */
  delete(
    params: {
      readonly agentId?: string | undefined
      readonly requestContext?: RequestContextInput | undefined
    } = {},
    options?: CallOptions,
  ): Promise<{ readonly result: string }> {
    const { agentId, requestContext } = params
    const query = { agentId, requestContext: contextText(requestContext) }
    return this.#api.json({ ...this.#request([], query), method: 'DELETE', ...options })
  }

  /**
   * The messages, the oldest first unless `orderBy` says otherwise.
   * @throws {MastraClientError} `not_found`
   */
  listMessages(
    params: ListMessagesParams = {},
    options?: CallOptions,
  ): Promise<Page & { readonly messages: readonly StoredMessage[] }> {
    const query = { ...params, requestContext: contextText(params.requestContext) }
    return this.#api.json({ ...this.#request(['messages'], query), ...options })
  }

  /** Deletes messages, and says how many there were. */
  deleteMessages(
    messageIds: MessageIds,
    params: {
      readonly agentId?: string | undefined
      readonly requestContext?: RequestContextInput | undefined
    } = {},
    options?: CallOptions,
  ): Promise<{ readonly success: boolean; readonly message: string }> {
    const { agentId = this.#agentId, requestContext } = params
    return this.#api.json({
      method: 'POST',
      path: ['memory', 'messages', 'delete'],
      query: { agentId },
      body: { messageIds, requestContext: plainContext(requestContext) },
      ...options,
    })
  }

  /**
   * Copies the thread with its messages.
   * @throws {MastraClientError} `not_found`; `thread_exists`
   */
  clone(params: CloneThreadParams = {}, options?: CallOptions): Promise<ClonedThread> {
    const { agentId, requestContext, ...copy } = params
    return this.#api.json({
      ...this.#request(['clone'], { agentId }),
      method: 'POST',
      body: { ...copy, requestContext: plainContext(requestContext) },
      ...options,
    })
  }
}
