import type { Role } from './message.js'
import type { MemoryParams, Metadata, PageParams, StoredMessage } from './thread.js'

/** Which threads are wanted. */
export interface ListThreadsParams extends PageParams, MemoryParams {
  /** Only threads that were begun with this agent, and those of which no agent is known. */
  readonly agentId?: string | undefined
  /** Only threads whose title has this text in it, in whatever case. At most 200 characters. */
  readonly title?: string | undefined
  /** Default: the newest first. `perPage` is 100 unless it is given. */
  readonly orderBy?:
    | {
        readonly field?: 'createdAt' | 'updatedAt' | undefined
        readonly direction?: 'ASC' | 'DESC' | undefined
      }
    | undefined
  /** Only threads whose metadata has all of this. */
  readonly metadata?: Metadata | undefined
}

/** What a thread is made of. */
export interface CreateThreadParams extends MemoryParams {
  /** The agent that it begins with. */
  readonly agentId?: string | undefined
  /** Default: a random one. */
  readonly threadId?: string | undefined
  readonly title?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** A message that is to be stored. */
export interface MessageToSave {
  /** Default: a random one. */
  readonly id?: string | undefined
  readonly role: Role
  readonly type?: string | undefined
  /** Default: now. */
  readonly createdAt?: Date | string | undefined
  readonly threadId: string
  /** Not looked at by Signet: the token says who owns the thread. */
  readonly resourceId?: string | undefined
  /** A text, a list of parts, or both with their format. */
  readonly content: string | readonly object[] | { readonly parts: readonly object[] }
}

/** Messages that are to be stored, all or none. */
export interface SaveMessagesParams {
  readonly agentId?: string | undefined
  readonly messages: readonly MessageToSave[]
  readonly requestContext?: MemoryParams['requestContext'] | undefined
}

/** Whose notes are meant: what an agent keeps in mind about the caller. */
export interface WorkingMemoryParams extends MemoryParams {
  readonly agentId: string
  readonly threadId: string
}

/** What an agent keeps in mind. */
export interface WorkingMemory {
  /** `null` where nothing is known yet. */
  readonly workingMemory: string | null
  /** Whether it is kept for each thread, or for the caller. */
  readonly source: 'thread' | 'resource'
  readonly workingMemoryTemplate: {
    readonly format: 'markdown'
    readonly content: string
  } | null
  readonly threadExists: boolean
}

/** What is looked for: messages that have all words of a text. */
export interface SearchParams extends MemoryParams {
  /** Only in threads that were begun with this agent, and in those of which no agent is known. */
  readonly agentId?: string | undefined
  readonly searchQuery: string
  /** Only in this thread. */
  readonly threadId?: string | undefined
  /** At most 100. Default: 20. */
  readonly limit?: number | undefined
  /** Not looked at by Signet. */
  readonly memoryConfig?: object | undefined
}

/** A message in few words. */
export type Excerpt = Pick<StoredMessage, 'id' | 'role' | 'createdAt'> & {
  readonly content: string
}

/** A message that was found. */
export interface SearchResult extends Excerpt {
  readonly threadId: string
  readonly threadTitle: string
  readonly context: { readonly before: readonly Excerpt[]; readonly after: readonly Excerpt[] }
}

/** What was found, the newest first. */
export interface SearchResults {
  readonly results: readonly SearchResult[]
  readonly count: number
  readonly query: string
  readonly searchScope: 'thread' | 'resource'
  readonly searchType: string
}

/** How an agent remembers. */
export interface MemoryConfig {
  readonly config: {
    readonly lastMessages: number | false
    readonly semanticRecall: false
    readonly generateTitle: boolean
    readonly workingMemory: {
      readonly enabled: boolean
      readonly scope: 'thread' | 'resource'
      readonly template: string
    }
    readonly observationalMemory: { readonly enabled: false }
  }
}

/** Whether an agent remembers. */
export interface MemoryStatus {
  readonly result: boolean
  readonly memoryType: string
}
