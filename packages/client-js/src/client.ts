import type { ApprovalPage, DecidedApproval, ShownApproval } from './approval.js'
import { Agent, type AgentDetails } from './agent.js'
import type {
  CreateThreadParams,
  ListThreadsParams,
  MemoryConfig,
  MemoryStatus,
  SaveMessagesParams,
  SearchParams,
  SearchResults,
  WorkingMemory,
  WorkingMemoryParams,
} from './memory.js'
import { contextText, plainContext, type RequestContextInput } from './request-context.js'
import { createApi, type Api, type CallOptions, type MastraClientOptions } from './request.js'
import type {
  AskedFire,
  CreateAgentScheduleParams,
  CreateWorkflowScheduleParams,
  ListSchedulesParams,
  ListScheduleTriggersParams,
  Schedule,
  ScheduleTrigger,
  UpdateScheduleParams,
} from './schedule.js'
import type { SystemPackages } from './system.js'
import {
  MemoryThread,
  type ListMessagesParams,
  type Page,
  type PageParams,
  type StoredMessage,
  type Thread,
} from './thread.js'
import { Tool, type ToolDetails } from './tool.js'
import { Workflow, type WorkflowDetails } from './workflow.js'

/**
 * A client of one server.
 *
 * Every call throws a `MastraClientError` with a stable `code` where it is refused or fails, and the
 * reason of its signal where that ended it. A GET that failed in passing (no connection, 429, 5xx) is
 * repeated; nothing else ever is. What a server answers is not checked against the types here.
 * @example
 * ```typescript
 * import { MastraClient } from '@signet/client-js'
 *
 * const client = new MastraClient({
 *   baseUrl: 'http://localhost:4111',
 *   headers: { Authorization: `Bearer ${process.env['MASTRA_JWT_TOKEN']}` },
 * })
 * const { text } = await client.getAgent('assistant').generate('Who are you?')
 * console.log(text)
 * ```
 */
export class MastraClient {
  readonly #api: Api

  constructor(options: MastraClientOptions) {
    this.#api = createApi(options)
  }

  /**
   * The agents that the token may read, by their ids.
   * @param partial - without the schemas of their tools. Default: false.
   */
  listAgents(
    requestContext?: RequestContextInput,
    partial?: boolean,
    options?: CallOptions,
  ): Promise<Readonly<Record<string, AgentDetails>>> {
    const query = {
      requestContext: contextText(requestContext),
      partial: partial === true ? true : undefined,
    }
    return this.#api.json({ path: ['agents'], query, ...options })
  }

  /** An agent, by its key or id. Nothing is asked of the server yet. */
  getAgent(agentId: string): Agent {
    return new Agent(this.#api, agentId)
  }

  /** The tools that the token may read, by their ids. */
  listTools(
    requestContext?: RequestContextInput,
    options?: CallOptions,
  ): Promise<Readonly<Record<string, ToolDetails>>> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ path: ['tools'], query, ...options })
  }

  /** The calls of others that wait for an approval of the caller, who needs `tools:approve:<tool>`. */
  listApprovals(params: PageParams = {}, options?: CallOptions): Promise<ApprovalPage> {
    return this.#api.json({ path: ['approvals'], query: { ...params }, ...options })
  }

  /**
   * Approves a call of somebody else, with the arguments that were shown. Its owner then goes on with their answer.
   * @throws {MastraClientError} `approval_by_other` for who has a part in the request; `run_not_suspended`,
   *   `approval_expired`
   */
  approve(approval: ShownApproval, options?: CallOptions): Promise<DecidedApproval> {
    return this.#decide('approve', approval, options)
  }

  /** Declines a call of somebody else: as `approve`. */
  decline(approval: ShownApproval, options?: CallOptions): Promise<DecidedApproval> {
    return this.#decide('decline', approval, options)
  }

  #decide(
    verb: string,
    { toolId, id, digest }: ShownApproval,
    options?: CallOptions,
  ): Promise<DecidedApproval> {
    const path = ['approvals', toolId, id, verb]
    return this.#api.json({ method: 'POST', path, body: { digest }, ...options })
  }

  /** A tool, by its id. Nothing is asked of the server yet. */
  getTool(toolId: string): Tool {
    return new Tool(this.#api, toolId)
  }

  /**
   * The workflows that the token may read, by their keys.
   * @param partial - without their steps and schemas. Default: false.
   */
  listWorkflows(
    requestContext?: RequestContextInput,
    partial?: boolean,
    options?: CallOptions,
  ): Promise<Readonly<Record<string, WorkflowDetails>>> {
    const query = {
      requestContext: contextText(requestContext),
      partial: partial === true ? true : undefined,
    }
    return this.#api.json({ path: ['workflows'], query, ...options })
  }

  /** A workflow, by its key or id. Nothing is asked of the server yet. */
  getWorkflow(workflowId: string): Workflow {
    return new Workflow(this.#api, workflowId)
  }

  /** The caller's schedules, the newest first. */
  listSchedules(
    params: ListSchedulesParams = {},
    options?: CallOptions,
  ): Promise<{ readonly schedules: readonly Schedule[] }> {
    return this.#api.json({ path: ['schedules'], query: { ...params }, ...options })
  }

  /**
   * Makes a schedule, which fires as the caller also once their token has expired.
   * @throws {MastraClientError} `schedule_exists` or `schedule_limit`
   */
  createSchedule(
    params: CreateAgentScheduleParams | CreateWorkflowScheduleParams,
    options?: CallOptions,
  ): Promise<Schedule> {
    return this.#api.json({ method: 'POST', path: ['schedules'], body: params, ...options })
  }

  getSchedule(scheduleId: string, options?: CallOptions): Promise<Schedule> {
    return this.#api.json({ path: ['schedules', scheduleId], ...options })
  }

  /** Changes a schedule. It fires as the caller from now on. */
  updateSchedule(
    scheduleId: string,
    params: UpdateScheduleParams,
    options?: CallOptions,
  ): Promise<Schedule> {
    const path = ['schedules', scheduleId]
    return this.#api.json({ method: 'PATCH', path, body: params, ...options })
  }

  deleteSchedule(scheduleId: string, options?: CallOptions): Promise<{ readonly message: string }> {
    return this.#api.json({ method: 'DELETE', path: ['schedules', scheduleId], ...options })
  }

  /** Lets a schedule fire no more until it is resumed. */
  pauseSchedule(scheduleId: string, options?: CallOptions): Promise<Schedule> {
    return this.#toSchedule(scheduleId, 'pause', options)
  }

  /** Lets a paused schedule fire again, as the caller. */
  resumeSchedule(scheduleId: string, options?: CallOptions): Promise<Schedule> {
    return this.#toSchedule(scheduleId, 'resume', options)
  }

  /** Lets a schedule fire once, at once; `claimId` is the `runId` of its trigger. */
  runSchedule(scheduleId: string, options?: CallOptions): Promise<AskedFire> {
    return this.#toSchedule(scheduleId, 'run', options)
  }

  #toSchedule<Result>(id: string, verb: string, options?: CallOptions): Promise<Result> {
    return this.#api.json({ method: 'POST', path: ['schedules', id, verb], ...options })
  }

  /** What became of the fires of a schedule, the newest first; the newest 200 are kept. */
  listScheduleTriggers(
    scheduleId: string,
    params: ListScheduleTriggersParams = {},
    options?: CallOptions,
  ): Promise<{ readonly triggers: readonly ScheduleTrigger[] }> {
    const path = ['schedules', scheduleId, 'triggers']
    return this.#api.json({ path, query: { ...params }, ...options })
  }

  /** The caller's threads, the newest first unless `orderBy` says otherwise. */
  listMemoryThreads(
    params: ListThreadsParams = {},
    options?: CallOptions,
  ): Promise<Page & { readonly threads: readonly Thread[] }> {
    const { orderBy, requestContext, ...rest } = params
    const query = {
      ...rest,
      'orderBy[field]': orderBy?.field,
      'orderBy[direction]': orderBy?.direction,
      requestContext: contextText(requestContext),
    }
    return this.#api.json({ path: ['memory', 'threads'], query, ...options })
  }

  /**
   * Creates a thread of the caller.
   * @throws {MastraClientError} `thread_exists`
   */
  createMemoryThread(params: CreateThreadParams = {}, options?: CallOptions): Promise<Thread> {
    const { agentId, requestContext, ...rest } = params
    return this.#api.json({
      method: 'POST',
      path: ['memory', 'threads'],
      query: { agentId },
      body: { ...rest, requestContext: plainContext(requestContext) },
      ...options,
    })
  }

  /** A thread, by its id. Nothing is asked of the server yet. */
  getMemoryThread(params: {
    readonly threadId: string
    readonly agentId?: string | undefined
  }): MemoryThread {
    return new MemoryThread(this.#api, params.threadId, params.agentId)
  }

  /** As `getMemoryThread({ threadId }).listMessages(params)`. */
  listThreadMessages(
    threadId: string,
    params?: ListMessagesParams,
    options?: CallOptions,
  ): Promise<Page & { readonly messages: readonly StoredMessage[] }> {
    return this.getMemoryThread({ threadId }).listMessages(params, options)
  }

  /** As `getMemoryThread({ threadId }).delete(params)`. */
  deleteThread(
    threadId: string,
    params?: {
      readonly agentId?: string | undefined
      readonly requestContext?: RequestContextInput | undefined
    },
    options?: CallOptions,
  ): Promise<{ readonly result: string }> {
    return this.getMemoryThread({ threadId }).delete(params, options)
  }

  /**
   * Stores messages in threads of the caller, all or none.
   * @throws {MastraClientError} `not_found`; `message_exists`
   */
  saveMessageToMemory(
    params: SaveMessagesParams,
    options?: CallOptions,
  ): Promise<{ readonly messages: readonly StoredMessage[] }> {
    const { agentId, messages, requestContext } = params
    return this.#api.json({
      method: 'POST',
      path: ['memory', 'save-messages'],
      query: { agentId },
      body: { messages, requestContext: plainContext(requestContext) },
      ...options,
    })
  }

  /** Whether an agent remembers. */
  getMemoryStatus(
    agentId: string,
    requestContext?: RequestContextInput,
    params: {
      readonly resourceId?: string | undefined
      readonly threadId?: string | undefined
    } = {},
    options?: CallOptions,
  ): Promise<MemoryStatus> {
    const query = { agentId, ...params, requestContext: contextText(requestContext) }
    return this.#api.json({ path: ['memory', 'status'], query, ...options })
  }

  /**
   * How an agent remembers.
   * @throws {MastraClientError} `not_found` where it does not
   */
  getMemoryConfig(
    params: { readonly agentId: string; readonly requestContext?: RequestContextInput | undefined },
    options?: CallOptions,
  ): Promise<MemoryConfig> {
    const { agentId, requestContext } = params
    const query = { agentId, requestContext: contextText(requestContext) }
    return this.#api.json({ path: ['memory', 'config'], query, ...options })
  }

  /** What an agent keeps in mind about the caller. */
  getWorkingMemory(params: WorkingMemoryParams, options?: CallOptions): Promise<WorkingMemory> {
    const { threadId, requestContext, ...rest } = params
    return this.#api.json({
      path: ['memory', 'threads', threadId, 'working-memory'],
      query: { ...rest, requestContext: contextText(requestContext) },
      ...options,
    })
  }

  /**
   * Replaces what an agent keeps in mind about the caller.
   * @throws {MastraClientError} `request_invalid` where the agent has no working memory
   */
  updateWorkingMemory(
    params: WorkingMemoryParams & { readonly workingMemory: string },
    options?: CallOptions,
  ): Promise<{ readonly success: boolean }> {
    const { agentId, threadId, requestContext, ...rest } = params
    return this.#api.json({
      method: 'POST',
      path: ['memory', 'threads', threadId, 'working-memory'],
      query: { agentId },
      body: { ...rest, requestContext: plainContext(requestContext) },
      ...options,
    })
  }

  /** Messages of the caller that have all words of a text, the newest first. */
  searchMemory(params: SearchParams, options?: CallOptions): Promise<SearchResults> {
    const query = { ...params, requestContext: contextText(params.requestContext) }
    return this.#api.json({ path: ['memory', 'search'], query, ...options })
  }

  /** What the server is made of. */
  getSystemPackages(options?: CallOptions): Promise<SystemPackages> {
    return this.#api.json({ path: ['system', 'packages'], ...options })
  }
}
