import { isLegalId, type AuthProvider, type RoleTable } from '@signet/auth'
import type { Agent } from './agent/agent.js'
import { RegistrationError } from './error.js'
import { consoleLogger, type Logger } from './logger.js'
import type { ApiRoute } from './server/api-route.js'
import type { MemoryStorage } from './memory/storage.js'
import type { Tool } from './tool/create-tool.js'

/** How the server answers other origins. No origin is allowed unless it is listed. */
export interface CorsConfig {
  /** Exact origins, such as `https://app.example`. Default: none. */
  readonly origin: string | readonly string[]
  /** Lets pages send cookies and credentials. Default: false. */
  readonly credentials?: boolean
}

/** How the application is served. Plain data: the server package reads it. */
export interface ServerConfig {
  /** Default: `PORT`, then 4111. */
  readonly port?: number
  /** The address to listen on. Default: 127.0.0.1 in development, all addresses in production. */
  readonly host?: string
  /**
   * Who may call. `false` opens the server to everyone as one principal called `anonymous`, and must
   * be written out: left out, a server in production does not start.
   */
  readonly auth?: AuthProvider | false
  readonly access?: {
    /** Replaces or adds roles. Default: `owner`, `admin`, `member`, `viewer`. */
    readonly roles?: RoleTable
  }
  readonly cors?: CorsConfig
  /** What every route of the API starts with. Default: `/api`. */
  readonly apiPrefix?: string
  /** Routes of the application, made by `registerApiRoute`. */
  readonly apiRoutes?: readonly ApiRoute[]
  /** Largest request body, in bytes. Default: 4 MiB. */
  readonly bodySizeLimit?: number
  /** Longest time for one answer, in milliseconds. Default: 180,000 (3 minutes). */
  readonly timeout?: number
  readonly revocation?: RevocationConfig
  /**
   * Whether the Studio is served at `/`. Default: by `signet dev` it is, by `signet start` it is not. `connect` lists
   * origins beside this server whose API it may talk to; default: none.
   */
  readonly studio?: boolean | { readonly connect?: readonly string[] }
  /** What is recorded of each request, where the server has somewhere to. `false`: nothing. */
  readonly audit?: AuditConfig | false
  /** How often callers may ask; docs/limits.md has the defaults. `false` switches a limit off. */
  readonly limits?: LimitsConfig
  /**
   * The proxies before the server, whose `X-Forwarded-For` says who sent a request: how many there are, or
   * their addresses and ranges, such as `10.0.0.0/8`. Default: none, and a client is who its socket says.
   */
  readonly trustProxy?: number | readonly string[]
}

/** What becomes of audit records. */
export interface AuditConfig {
  /** Whole days after which a record is deleted. Default: 90. */
  readonly retentionDays?: number
}

/** How often callers may ask. What is left out is as by default. */
export interface LimitsConfig {
  /** Of one caller, what has a model or a tool at work: a tool's execution, an agent's answer. */
  readonly answers?:
    | false
    | {
        /** Default: 1,200. */
        readonly perMinute?: number | false
        /** How many run at once, in one process. Default: 100. */
        readonly concurrent?: number | false
      }
  /** Of one caller, every other request that needs a token. */
  readonly requests?:
    | false
    | {
        /** Default: 6,000. */
        readonly perMinute?: number | false
      }
  /** Of one address, requests whose credential is refused: what comes after is 429 instead of 401. */
  readonly failures?:
    | false
    | {
        /** Default: 3,000. */
        readonly perMinute?: number | false
      }
}

/** How a server learns of tokens that were withdrawn elsewhere. */
export interface RevocationConfig {
  /** How often it looks, in milliseconds. Default: 250. */
  readonly pollMs?: number
  /**
   * How long it may fail to look before it lets nobody in, in milliseconds; longer than `pollMs`.
   * Default: 30,000 (30 seconds).
   */
  readonly staleAfterMs?: number
}

/** What makes an application. */
export interface MastraConfig {
  /** By key; paths name an agent by its key or its id. */
  readonly agents?: Readonly<Record<string, Agent>>
  /** Tools beside those of the agents. */
  readonly tools?: Readonly<Record<string, Tool>>
  /** Where agents remember. Default: what `signet dev` and `start` open, `signet.db` or PostgreSQL. */
  readonly storage?: MemoryStorage
  readonly server?: ServerConfig
  /** Default: the server's own, else the console. */
  readonly logger?: Logger
}

function checkName(kind: string, name: string): void {
  if (isLegalId(name)) return
  throw new RegistrationError(
    'id_illegal',
    `The ${kind} ${JSON.stringify(name)} is not legal: use 1 to 128 of A-Z a-z 0-9 _ . -`,
  )
}

/** Finds things by every name that they have. A name is never that of two things. */
class Registry<Item extends { readonly id: string }> {
  readonly #kind: string
  readonly #byName = new Map<string, Item>()

  constructor(kind: string) {
    this.#kind = kind
  }

  add(item: Item, ...names: readonly string[]): void {
    for (const name of new Set([item.id, ...names])) {
      checkName(this.#kind, name)
      const other = this.#byName.get(name)
      if (other !== undefined && other !== item) {
        throw new RegistrationError('id_duplicate', `Two ${this.#kind}s are called ${name}.`)
      }
      this.#byName.set(name, item)
    }
  }

  find(name: string): Item | undefined {
    return this.#byName.get(name)
  }

  all(): readonly Item[] {
    return [...new Set(this.#byName.values())]
  }
}

/** An application: its agents, its tools, and how they are served. */
export class Mastra {
  readonly #agents = new Registry<Agent>('agent')
  readonly #agentsByKey: Readonly<Record<string, Agent>>
  readonly #tools = new Registry<Tool>('tool')
  readonly #server: ServerConfig
  readonly #hasOwnLogger: boolean
  #logger: Logger = consoleLogger
  #storage: MemoryStorage | undefined

  /** @throws {RegistrationError} `id_illegal` or `id_duplicate` */
  constructor(config: MastraConfig = {}) {
    this.#server = Object.freeze({ ...config.server })
    this.#hasOwnLogger = config.logger !== undefined
    for (const [key, tool] of Object.entries(config.tools ?? {})) this.#tools.add(tool, key)
    for (const [key, agent] of Object.entries(config.agents ?? {})) {
      this.#agents.add(agent, key)
      for (const tool of Object.values(agent.tools)) this.#tools.add(tool)
    }
    this.#agentsByKey = Object.freeze({ ...config.agents })
    if (config.logger !== undefined) this.setLogger(config.logger)
    if (config.storage !== undefined) this.setDefaultStorage(config.storage)
  }

  /** How the application is served. */
  getServer(): ServerConfig {
    return this.#server
  }

  getLogger(): Logger {
    return this.#logger
  }

  /** Sends log lines elsewhere than to the console, unless the application says where they go. */
  setDefaultLogger(logger: Logger): void {
    if (!this.#hasOwnLogger) this.setLogger(logger)
  }

  /** Sends log lines of the application and its agents elsewhere. */
  setLogger(logger: Logger): void {
    this.#logger = logger
    for (const agent of this.#agents.all()) agent.setLogger(logger)
  }

  /** Where agents remember; undefined where nothing is kept. */
  getStorage(): MemoryStorage | undefined {
    return this.#storage
  }

  /** Lets agents remember here, unless the application says where they do. */
  setDefaultStorage(storage: MemoryStorage): void {
    this.#storage ??= storage
    for (const agent of this.#agents.all()) agent.setStorage(this.#storage)
  }

  /** The agent of this key or id, or undefined. `__proto__` is a name like any other. */
  findAgent(name: string): Agent | undefined {
    return this.#agents.find(name)
  }

  /**
   * The agent of this key or id.
   * @throws {RegistrationError} `agent_unknown`
   */
  getAgent(name: string): Agent {
    const agent = this.findAgent(name)
    if (agent === undefined) {
      throw new RegistrationError('agent_unknown', `There is no agent ${JSON.stringify(name)}.`)
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
   * @throws {RegistrationError} `tool_unknown`
   */
  getTool(name: string): Tool {
    const tool = this.findTool(name)
    if (tool === undefined) {
      throw new RegistrationError('tool_unknown', `There is no tool ${JSON.stringify(name)}.`)
    }
    return tool
  }

  /** All tools, those of the agents included, by their ids. */
  listTools(): Readonly<Record<string, Tool>> {
    return Object.fromEntries(this.#tools.all().map((tool) => [tool.id, tool]))
  }
}
