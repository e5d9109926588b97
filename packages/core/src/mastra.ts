import { ConfigurationError, type RefusedOption } from '@signet/auth'
import { isNothing, isObject, readOptions, refuseOptions } from '@signet/auth/internal'
import type { Agent } from './agent/agent.js'
import { toolRemedy } from './agent/agent-config.js'
import { RegistrationError } from './error.js'
import { guardLogger } from './log/guarded-logger.js'
import { consoleLogger, silentLogger, type Logger } from './log/logger.js'
import {
  findMastraRefusals,
  isAgent,
  isLogger,
  isStorage,
  type MastraConfig,
  type ServerConfig,
} from './server/config.js'
import type { Memory } from './memory/memory.js'
import type { MemoryStorage } from './memory/storage.js'
import { createMemoryRuns } from './run/memory-runs.js'
import type { RunStorage } from './run/run-storage.js'
import { AGENT_GUARDS } from './option/agent-options.js'
import { MEMORY_CONFIG_GUARDS } from './option/memory-options.js'
import { mayBeMissing, type UnsupportedPolicy } from './option/refusals.js'
import { readApiRoute, type ApiRoute } from './server/api-route.js'
import { Registry } from './registry.js'
import type { Tool } from './tool/create-tool.js'
import { storeEarlySchedules } from './schedule/early-schedules.js'
import { createMemorySchedules } from './schedule/memory-schedules.js'
import type { ScheduleStorage } from './schedule/schedule-storage.js'
import { Schedules } from './schedule/schedules.js'
import { StoredRuns } from './workflow/stored-runs.js'
import { isWorkflow, type AnyWorkflow } from './workflow/workflow.js'
import type { WorkflowRuns } from './workflow/workflow-runs.js'

/** `server` of an application, with every route made by `registerApiRoute`. */
export interface ServerSettings extends Omit<ServerConfig, 'apiRoutes'> {
  readonly apiRoutes?: readonly ApiRoute[] | undefined
}

/** Rules for other origins that are functions are refused, and open nothing where an application is served without. */
function isFunctionOfOrigin(cors: unknown): boolean {
  if (typeof cors === 'function') return true
  return isObject(cors) && hasFunction(Reflect.get(cors, 'origin'))
}

function hasFunction(value: unknown): boolean {
  return [value].flat().some((each) => typeof each === 'function')
}

function readServer(server: ServerConfig | undefined): ServerSettings {
  const { apiRoutes, cors, ...others } = readOptions(server)
  if ((others.handleShutdownSignals ?? true) !== true) {
    throw new ConfigurationError(
      'option_invalid',
      'The option server.handleShutdownSignals must be true or left out. The command always ends the server on SIGTERM and SIGINT.',
    )
  }
  const settings = { ...others, ...(isFunctionOfOrigin(cors) ? {} : cors != null && { cors }) }
  if (apiRoutes === undefined || apiRoutes === null) return settings
  if (!Array.isArray(apiRoutes)) {
    throw new ConfigurationError('option_invalid', 'The option server.apiRoutes must be a list.')
  }
  return { ...settings, apiRoutes: apiRoutes.map(readApiRoute) }
}

/** The parts of an application that are of this package; the others are refused. */
function usableParts(config: MastraConfig): {
  readonly agents: readonly (readonly [string, Agent])[]
  readonly tools: readonly (readonly [string, Tool])[]
  readonly workflows: readonly (readonly [string, AnyWorkflow])[]
  readonly logger: Logger | undefined
  readonly storage: MemoryStorage | undefined
} {
  const { agents, tools, workflows, logger, storage } = config
  return {
    agents: Object.entries(agents ?? {}).filter(([, agent]) => isAgent(agent)),
    tools: Object.entries(tools ?? {}).filter(([, tool]) => toolRemedy(tool) === undefined),
    workflows: Object.entries(workflows ?? {}).flatMap(
      ([key, workflow]: readonly [string, unknown]): (readonly [string, AnyWorkflow])[] =>
        isWorkflow(workflow) && workflow.committed ? [[key, workflow]] : [],
    ),
    logger: logger === false ? silentLogger : isLogger(logger) ? logger : undefined,
    storage: isStorage(storage) ? storage : undefined,
  }
}

/** The options of memories that are not served, each with the agent by which a reader finds it. */
function refusedByMemories(agents: readonly (readonly [string, Agent])[]): RefusedOption[] {
  const owners = new Map<Memory, string>()
  for (const [, agent] of agents) {
    const memory = agent.getMemory()
    if (memory !== undefined && !owners.has(memory)) owners.set(memory, agent.id)
  }
  return [...owners].flatMap(([memory, id]) =>
    memory.refusals.options.map((option) => ({
      ...option,
      where: `${option.where} of agent ${JSON.stringify(id)}`,
    })),
  )
}

/**
 * Members of a subclass that have the name of a guard: the class of Mastra would ask them, and this one does not.
 */
function guardMembers(
  where: string,
  part: object,
  guards: Readonly<Record<string, string>>,
): readonly RefusedOption[] {
  return Object.entries(guards)
    .filter(([name]) => !isNothing(Reflect.get(part, name)))
    .map(([name, remedy]) => ({ where, name, isKnownToMastra: true, isGuard: true, remedy }))
}

function refusedBySubclasses(agents: readonly (readonly [string, Agent])[]): RefusedOption[] {
  return agents.flatMap(([, agent]) => {
    const where = `Agent ${JSON.stringify(agent.id)}`
    const memory = agent.getMemory()
    return [
      ...guardMembers(where, agent, AGENT_GUARDS),
      ...(memory === undefined
        ? []
        : guardMembers(
            `Memory of agent ${JSON.stringify(agent.id)}`,
            memory,
            MEMORY_CONFIG_GUARDS,
          )),
    ]
  })
}

/** The options of agents, their memories and all tools that are not served, each once. */
function refusedByParts(
  agents: readonly (readonly [string, Agent])[],
  tools: readonly (readonly [string, Tool])[],
): readonly RefusedOption[] {
  const all = [...tools, ...agents.flatMap(([, agent]) => Object.entries(agent.tools))]
  const refusedBy = (parts: readonly (readonly [string, Agent | Tool])[]) =>
    [...new Set(parts.map(([, part]) => part))].flatMap(({ refusals }) => refusals.options)
  return [
    ...refusedBy(agents),
    ...refusedBySubclasses(agents),
    ...refusedByMemories(agents),
    ...refusedBy(all),
  ]
}

/** The options of workflows and of their steps that are not served, each once. */
function refusedByWorkflows(
  workflows: readonly (readonly [string, AnyWorkflow])[],
): readonly RefusedOption[] {
  const refused = workflows.flatMap(([, { refusals }]) => refusals.options)
  return [...new Map(refused.map((option) => [JSON.stringify(option), option])).values()]
}

/**
 * Refuses options that are not served, or those alone that no application may be served without.
 * @returns those that it is served without
 * @throws {OptionsError}
 */
function settle(
  refused: readonly RefusedOption[],
  policy: UnsupportedPolicy = 'refuse',
): readonly RefusedOption[] {
  if (policy !== 'refuse' && policy !== 'warn') {
    throw new ConfigurationError(
      'option_invalid',
      "The option unsupported must be 'refuse' or 'warn'.",
    )
  }
  refuseOptions(policy === 'warn' ? refused.filter((each) => !mayBeMissing(each)) : refused)
  return Object.freeze([...refused])
}

/**
 * An application: its agents, its tools, its workflows, and how they are served.
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { Mastra } from '@signet/core'
 * import { Agent } from '@signet/core/agent'
 *
 * const assistant = new Agent({
 *   id: 'assistant',
 *   name: 'Assistant',
 *   instructions: 'You answer in one sentence.',
 *   model: 'signet/rehearsal',
 * })
 *
 * export const mastra = new Mastra({
 *   agents: { assistant },
 *   server: { auth: new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] }) },
 * })
 * ```
 */
export class Mastra {
  readonly #agents = new Registry<Agent>('agent')
  readonly #agentsByKey: Readonly<Record<string, Agent>>
  readonly #tools = new Registry<Tool>('tool')
  readonly #workflows = new Registry<AnyWorkflow>('workflow')
  readonly #workflowsByKey: Readonly<Record<string, AnyWorkflow>>
  readonly #server: ServerSettings
  readonly #unsupported: readonly RefusedOption[]
  readonly #hasOwnLogger: boolean
  #logger: Logger = consoleLogger
  #storage: MemoryStorage | undefined
  readonly #workflowRuns: WorkflowRuns = new StoredRuns({
    storage: () => this.#runs,
    workflows: () => Object.values(this.#workflowsByKey),
    logger: () => this.#logger,
  })
  #runs: RunStorage = createMemoryRuns()
  #scheduleStorage: ScheduleStorage = createMemorySchedules()
  #earlySchedules: ScheduleStorage | undefined
  /** What fires by itself: runs an agent or a workflow again and again, as who made the schedule. */
  readonly schedules: Schedules = new Schedules(
    {
      findAgent: (name) => {
        const agent = this.#agents.find(name)
        return agent && { id: agent.id, hasMemory: agent.getMemory() !== undefined }
      },
      findWorkflow: (name) => this.#workflows.find(name),
    },
    () => this.#scheduleStorage,
  )

  /**
   * @throws {OptionsError} for options that are not served: those of the application, its agents, their memories,
   *   its workflows and all tools, at once
   * @throws {RegistrationError} `id_illegal` or `id_duplicate`
   */
  constructor(given: MastraConfig = {}) {
    const config = readOptions(given)
    const { agents, tools, workflows, logger, storage } = usableParts(config)
    this.#server = Object.freeze(readServer(config.server))
    const { apiRoutes = [] } = this.#server
    const refused = [
      ...findMastraRefusals(config),
      ...refusedByParts(agents, tools),
      ...refusedByWorkflows(workflows),
      ...apiRoutes.flatMap(({ refusals }) => refusals.options),
    ]
    this.#unsupported = settle(refused, config.unsupported)
    this.#hasOwnLogger = logger !== undefined
    for (const [key, tool] of tools) {
      this.#tools.add(tool, key)
      tool.refusals.accept()
    }
    for (const [key, agent] of agents) {
      this.#agents.add(agent, key)
      agent.setMastra(this)
      agent.setRuns(this.#runs)
      if (config.unsupported === 'warn') agent.acceptUnsupported()
      for (const tool of Object.values(agent.tools)) this.#tools.add(tool)
    }
    this.#agentsByKey = Object.freeze(Object.fromEntries(agents))
    for (const [key, workflow] of workflows) {
      this.#workflows.add(workflow, key)
      workflow.setMastra(this, this.#workflowRuns)
      if (config.unsupported === 'warn') workflow.acceptUnsupported()
    }
    this.#workflowsByKey = Object.freeze(Object.fromEntries(workflows))
    if (logger !== undefined) this.setLogger(logger)
    if (storage !== undefined) this.setDefaultStorage(storage)
  }

  /**
   * Options that Mastra has, that the application was given, and that it is served without: empty, unless it says
   * `unsupported: 'warn'`.
   */
  listUnsupported(): readonly RefusedOption[] {
    return this.#unsupported
  }

  /** How the application is served. */
  getServer(): ServerSettings {
    return this.#server
  }

  getLogger(): Logger {
    return this.#logger
  }

  /** Sends log lines elsewhere than to the console, unless the application says where they go. */
  setDefaultLogger(logger: Logger): void {
    if (!this.#hasOwnLogger) this.setLogger(logger)
  }

  /**
   * Sends log lines of the application and its agents elsewhere. A line that a logger throws at, or rejects, is lost
   * and counted, and fails nothing.
   */
  setLogger(logger: Logger): void {
    this.#logger = logger
    const guarded = guardLogger(logger)
    for (const agent of this.#agents.all()) agent.setLogger(guarded)
  }

  /** Where agents remember; undefined where nothing is kept. */
  getStorage(): MemoryStorage | undefined {
    return this.#storage
  }

  /** Lets agents remember here, unless the application says where they do. */
  setDefaultStorage(storage: MemoryStorage): void {
    this.#storage ??= storage
    for (const agent of this.#agents.all()) agent.joinStorage(this.#storage)
  }

  /** Where runs are kept that wait, or go on without a request. Default: in the memory of the process, 1000 at most. */
  getRuns(): RunStorage {
    return this.#runs
  }

  /** Keeps runs elsewhere: to be called before the first answer. */
  setRuns(runs: RunStorage): void {
    this.#runs = runs
    for (const agent of this.#agents.all()) agent.setRuns(runs)
  }

  /** Where schedules are kept. Default: in the memory of the process, 1000 at most. */
  getScheduleStorage(): ScheduleStorage {
    return this.#scheduleStorage
  }

  /** Keeps schedules elsewhere; `storeEarlySchedules` takes there what the application has made before. */
  setScheduleStorage(storage: ScheduleStorage): void {
    this.#earlySchedules ??= this.#scheduleStorage
    this.#scheduleStorage = storage
  }

  /** Stores the schedules that were made before there was a storage for them: to be called once that is open. */
  async storeEarlySchedules(): Promise<void> {
    if (this.#earlySchedules === undefined) return
    await storeEarlySchedules(this.#earlySchedules, this.#scheduleStorage)
    this.#earlySchedules = undefined
  }

  /** The agent of this key or id, or undefined. `__proto__` is a name like any other. */
  findAgent(name: string): Agent | undefined {
    return this.#agents.find(name)
  }

  /**
   * The agent of this key or id.
   * @throws {RegistrationError} `agent_unknown`. A server answers it with 404 `not_found` where the handler of a route of
   *   the application does not catch it
   */
  getAgent(name: string): Agent {
    const agent = this.findAgent(name)
    if (agent === undefined) {
      throw new RegistrationError(
        'agent_unknown',
        `The agent ${JSON.stringify(name)} does not exist.`,
      )
    }
    return agent
  }

  /** The same as `getAgent`, which also knows ids. */
  getAgentById(id: string): Agent {
    return this.getAgent(id)
  }

  /** All agents by their keys. */
  listAgents(): Readonly<Record<string, Agent>> {
    return this.#agentsByKey
  }

  /** The tool of this id, or of this key of `tools`, or undefined. */
  findTool(name: string): Tool | undefined {
    return this.#tools.find(name)
  }

  /**
   * The tool of this id, or of this key of `tools`.
   * @throws {RegistrationError} `tool_unknown`, which a server answers as it does `agent_unknown`
   */
  getTool(name: string): Tool {
    const tool = this.findTool(name)
    if (tool === undefined) {
      throw new RegistrationError(
        'tool_unknown',
        `The tool ${JSON.stringify(name)} does not exist.`,
      )
    }
    return tool
  }

  /** All tools, those of the agents included, by their ids. */
  listTools(): Readonly<Record<string, Tool>> {
    return Object.fromEntries(this.#tools.all().map((tool) => [tool.id, tool]))
  }

  /** The workflow of this key or id, or undefined. */
  findWorkflow(name: string): AnyWorkflow | undefined {
    return this.#workflows.find(name)
  }

  /**
   * The workflow of this key or id.
   * @throws {RegistrationError} `workflow_unknown`, which a server answers as it does `agent_unknown`
   */
  getWorkflow(name: string): AnyWorkflow {
    const workflow = this.findWorkflow(name)
    if (workflow === undefined) {
      throw new RegistrationError(
        'workflow_unknown',
        `The workflow ${JSON.stringify(name)} does not exist.`,
      )
    }
    return workflow
  }

  /** The same as `getWorkflow`, which also knows ids. */
  getWorkflowById(id: string): AnyWorkflow {
    return this.getWorkflow(id)
  }

  /** The runs of the workflows, each of an owner. */
  getWorkflowRuns(): WorkflowRuns {
    return this.#workflowRuns
  }

  /** All workflows by their keys. */
  listWorkflows(): Readonly<Record<string, AnyWorkflow>> {
    return this.#workflowsByKey
  }
}
