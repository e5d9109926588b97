import { ScopeError, type Permission, type Principal } from '@signet/auth'
import { isNonBlank } from '@signet/auth/internal'
import type { ModelMessage } from 'ai'
import { toModelMessages, type AskedMessage } from '../message/messages.js'
import type { AgentTools } from '../tool/tool-set.js'
import type { StoredMessage } from './stored-message.js'
import { AnswerError, InputError } from '../error.js'
import type { Logger } from '../log/logger.js'
import type { ModelObject } from '../model/model-object.js'
import type { RequestContext } from '../request-context.js'
import { completeHistory, requireCompletable, resultsOf } from './complete.js'
import { findNew } from './known-messages.js'
import { MESSAGE_TOO_LARGE, requireStorable } from './message-size.js'
import { readLastMessages, type Memory } from './memory.js'
import { ownerKey } from './owner.js'
import { recallMessages } from './recall.js'
import { storageFault, type StorageFault } from '../fault/storage-fault.js'
import type {
  CompletedCall,
  MemoryMessage,
  MemoryStorage,
  NewMemoryThread,
  Turn,
} from './storage.js'
import type { Unanswered } from './why-unanswered.js'
import { isThreadId } from '../message/thread-id.js'
import { makeTitle } from './title.js'
import { markUnanswered } from './unanswered.js'
import { pauseThread, requireNotPaused } from './unstored-thread.js'
import {
  WORKING_MEMORY_TOOL,
  workingMemoryInstructions,
  workingMemoryMessage,
  workingMemoryTool,
} from './working-memory.js'

/** Which thread an answer belongs to. */
export interface MemoryRequest {
  /** Its id, or what it is made of where there is none of this id yet. */
  readonly thread: string | Omit<NewMemoryThread, 'agentId'>
  /** Who owns it, where nobody's token says so: with a principal this is not looked at. */
  readonly resource?: string | undefined
  readonly options?:
    | {
        /** How many of the newest messages the model is shown. Default: the memory's own. */
        readonly lastMessages?: number | false | undefined
        /** Remembers, but stores nothing. Default: false. */
        readonly readOnly?: boolean | undefined
      }
    | undefined
}

/** What a session goes on with whose answer was suspended. Plain JSON. */
export interface ResumedMemory {
  /** The ids of messages that the thread may have already. */
  readonly sentIds: readonly string[]
  readonly completed: readonly CompletedCall[]
  /** As the model has left it so far; undefined where it changed nothing. */
  readonly workingMemory?: string | undefined
}

/** What a session is opened with. */
export interface SessionOptions {
  /** Who answers: a thread that begins with this answer knows it. */
  readonly agentId: string
  readonly memory: Memory
  readonly storage: MemoryStorage
  readonly request: MemoryRequest
  readonly requestContext: RequestContext
  readonly question: readonly AskedMessage[]
  /** What it goes on with, and what was asked then. Default: it begins. */
  readonly resumed?:
    | { readonly memory: ResumedMemory; readonly question: readonly ModelMessage[] }
    | undefined
  readonly model: ModelObject
  readonly abortSignal: AbortSignal | undefined
  readonly logger: Logger
}

/** The memory of one answer. */
export interface MemorySession {
  readonly threadId: string
  /** The owner as the wire shows it. */
  readonly resourceId: string
  readonly remembered: readonly MemoryMessage[]
  /** What is remembered, the working memory first, as the model takes it. */
  readonly history: readonly ModelMessage[]
  /** What is new of the question. */
  readonly question: readonly AskedMessage[]
  /** What a session has to know that goes on with this answer. @param asked - the ids of what was asked */
  pause(asked: readonly string[]): ResumedMemory
  /** Added behind the agent's instructions. */
  readonly instructions: string | undefined
  /** What the model may call beside the agent's tools. */
  readonly tools: AgentTools
  /**
   * Refuses a question that could not be stored, before a model is asked.
   * @throws {InputError}
   */
  checkQuestion(messages: readonly StoredMessage[]): void
  /**
   * Stores question and answer, whole or not at all. They are durable when the promise resolves.
   * @throws {AnswerError} `answer_unstored` where the storage was not able to, `answer_failed` for an answer that
   *   no storage keeps; with the storage's own error as its cause
   */
  commit(messages: readonly StoredMessage[]): Promise<void>
  /**
   * Stores what the user asked, with the mark that the answer did not come about.
   * @param messages - the question as `commit` takes it
   * @throws what the storage throws
   */
  leave(messages: readonly StoredMessage[], unanswered: Unanswered): Promise<void>
}

const ANSWER_TOO_LARGE = {
  field: 'memory',
  message: `The answer is too large to store, so only its question is stored. ${MESSAGE_TOO_LARGE}`,
}

/** Faults of what is to be stored, not of the storage: to ask again would end in the same way. */
const UNSTORABLE: ReadonlySet<StorageFault | undefined> = new Set<StorageFault>([
  'value_invalid',
  'result_too_large',
  'message_too_large',
  'thread_exists',
  'thread_not_found',
  'message_exists',
])

/** What an answer comes to whose turn is not stored. */
function unstoredError(cause: unknown): AnswerError {
  const fault = storageFault(cause)
  return new AnswerError('The agent answered, but the answer could not be stored.', {
    cause,
    code: UNSTORABLE.has(fault) ? 'answer_failed' : 'answer_unstored',
    ...(fault === 'message_too_large' && { issues: [ANSWER_TOO_LARGE] }),
  })
}

function refuse(field: string, message: string): never {
  throw new InputError('The memory cannot be used.', [{ field, message }])
}

function readThread(thread: MemoryRequest['thread']): Omit<NewMemoryThread, 'agentId'> {
  const read = typeof thread === 'string' ? { id: thread } : thread
  if (isThreadId(read.id)) return read
  return refuse('memory.thread', 'The id of a thread must have 1 to 255 characters.')
}

/** Without a caller the application itself asks, and names the owner. */
function readOwner(
  principal: Principal | undefined,
  resource: string | undefined,
): { readonly issuer?: string | undefined; readonly resourceId: string } {
  if (principal !== undefined) return principal
  if (isNonBlank(resource)) return { resourceId: resource }
  return refuse(
    'memory.resource',
    'It is missing. Without a principal, name the owner of the thread here.',
  )
}

function requirePermission(requestContext: RequestContext, permission: Permission): void {
  if (requestContext.allows(permission)) return
  throw new ScopeError(permission, requestContext.principal?.ignoredGrants)
}

/** How many messages are read: a question that answers tool calls needs the message that made them. */
function countOf({ memory, request, question }: SessionOptions): number {
  const asked = request.options?.lastMessages
  const count = asked === undefined ? memory.settings.lastMessages : readLastMessages(asked)
  if (count === undefined) {
    return refuse(
      'memory.options.lastMessages',
      'It must be false or a whole number from 0 to 1000.',
    )
  }
  return resultsOf(toModelMessages(question)).size > 0 ? Math.max(count, 1) : count
}

/**
 * Opens the memory of one answer: reads what is remembered of its thread.
 *
 * @throws {ScopeError} `memory:read`, or `memory:write` unless nothing is to be stored
 * @throws {InputError} for a thread or an owner that can be none
 * @throws what the storage throws, also where it cannot store what the answer will come to
 */
export async function openSession(options: SessionOptions): Promise<MemorySession> {
  const { agentId, memory, storage, request, requestContext, model, abortSignal, logger } = options
  const { principal } = requestContext
  const { workingMemory, title } = memory.settings
  const isReadOnly = request.options?.readOnly === true
  requirePermission(requestContext, 'memory:read')
  if (!isReadOnly) requirePermission(requestContext, 'memory:write')
  const thread = readThread(request.thread)
  const resource = readOwner(principal, request.resource)
  const owner = ownerKey(resource)
  const count = countOf(options)

  const newest = count === 0 ? [] : await storage.lastMessages(owner, thread.id, count)
  const { resumed } = options
  const known = { storage, owner, threadId: thread.id, remembered: newest }
  const found = await findNew(options.question, known)
  const remembered = found.history
  const { question, completed } =
    resumed === undefined
      ? completeHistory(remembered, found.question)
      : { question: [], completed: resumed.memory.completed }
  const sentIds = new Set(resumed?.memory.sentIds ?? question.flatMap(({ id }) => id ?? []))
  if (!isReadOnly && resumed === undefined) requireCompletable(remembered, completed)

  const notesOf = workingMemory.scope === 'thread' ? thread.id : undefined
  // Known before the model runs and is paid.
  if (!isReadOnly) {
    requireNotPaused(storage, owner, thread.id)
    await storage.requireWritable?.()
  }
  const noted = workingMemory.enabled ? await storage.getWorkingMemory(owner, notesOf) : undefined
  const notes = workingMemory.enabled ? [workingMemoryMessage(noted ?? workingMemory.template)] : []
  let changed = resumed?.memory.workingMemory
  const keep = (text: string) => {
    changed = text
  }

  /** What this answer comes to, because it is not stored. */
  function notStored(cause: unknown): AnswerError {
    const error = unstoredError(cause)
    if (error.code === 'answer_unstored') pauseThread(storage, owner, thread.id, cause)
    return error
  }

  /** Named once the answer is whole: what fails before costs no second call of a model. */
  async function nameThread(): Promise<string | undefined> {
    if (thread.title || title === undefined) return thread.title
    const there = await storage.getThread(owner, thread.id).catch((cause: unknown) => {
      throw notStored(cause)
    })
    if (there !== undefined && there.title !== '') return undefined
    const { instructions } = title
    const asked = resumed?.question ?? toModelMessages(question)
    const settings = { model: title.model ?? model, instructions, question: asked }
    return makeTitle({ ...settings, abortSignal, logger })
  }

  /** Messages as the storage takes them, and which of them have their ids from a client. */
  function toTurn(messages: readonly StoredMessage[]): Pick<Turn, 'messages' | 'sent'> {
    const stored = messages.map((message) => ({
      ...message,
      createdAt: message.createdAt.getTime(),
    }))
    const sent = stored.map(({ id }) => id).filter((id) => sentIds.has(id))
    return { messages: stored, ...(sent.length > 0 && { sent }) }
  }

  return {
    threadId: thread.id,
    resourceId: resource.resourceId,
    remembered,
    history: [...notes, ...recallMessages(remembered)],
    question,
    pause: (asked) => ({
      sentIds: [...new Set([...sentIds, ...asked])],
      completed,
      ...(changed !== undefined && { workingMemory: changed }),
    }),
    instructions: workingMemory.enabled ? workingMemoryInstructions(!isReadOnly) : undefined,
    tools:
      workingMemory.enabled && !isReadOnly
        ? { [WORKING_MEMORY_TOOL]: workingMemoryTool(keep) }
        : {},
    checkQuestion(messages) {
      if (!isReadOnly) requireStorable(messages)
    },
    async commit(messages) {
      if (isReadOnly) return
      const turn: Turn = {
        thread: { ...thread, agentId, title: await nameThread() },
        ...toTurn(messages),
        completed,
        ...(changed !== undefined && {
          workingMemory: { text: changed, scope: workingMemory.scope },
        }),
      }
      abortSignal?.throwIfAborted()
      try {
        await storage.commitExchange(owner, turn)
      } catch (cause) {
        throw notStored(cause)
      }
    },
    async leave(messages, unanswered) {
      const asked = messages.filter(({ role }) => role === 'user')
      if (isReadOnly || asked.length === 0) return
      const turn = toTurn(asked)
      const marked = turn.messages.map((message) => {
        return { ...message, content: markUnanswered(message.content, unanswered) }
      })
      const named = { ...thread, agentId }
      await storage.commitExchange(owner, { thread: named, ...turn, messages: marked })
    },
  }
}
