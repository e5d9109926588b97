import type { AuthProvider, OptionNames, RefusedOption, RoleTable, Unserved } from '@signet/auth'
import { findRefusedOptions, isNothing, isObject, readOptions } from '@signet/auth/internal'
import type { Agent } from '../agent/agent.js'
import type { Logger } from '../log/logger.js'
import type { MemoryStorage } from '../memory/storage.js'
import { MASTRA_GUARDS, UNSUPPORTED_MASTRA_OPTIONS } from '../option/mastra-options.js'
import type { UnsupportedPolicy } from '../option/refusals.js'
import {
  MISPLACED_SERVER_OPTIONS,
  SERVER_GUARDS,
  UNSUPPORTED_CORS_OPTIONS,
  UNSUPPORTED_SERVER_OPTIONS,
} from '../option/server-options.js'
import type { ApiRoute, PlainApiRoute } from './api-route.js'
import { toolRemedy } from '../agent/agent-config.js'
import { isTool, type Tool } from '../tool/create-tool.js'
import { isWorkflow, type GivenWorkflow } from '../workflow/workflow.js'

/** How the server answers other origins. No origin is allowed unless it is listed. */
export interface CorsConfig extends Unserved<typeof UNSUPPORTED_CORS_OPTIONS> {
  /** Exact origins, such as `https://app.example`. Default: none. */
  readonly origin: string | readonly string[]
  /** Lets pages send cookies and credentials. Default: false. */
  readonly credentials?: boolean | undefined
}

type UnservedServerOptions = typeof UNSUPPORTED_SERVER_OPTIONS & typeof SERVER_GUARDS

/**
 * How the application is served. Plain data: the server package reads it. Options of Mastra that are not served
 * may only ask for nothing.
 */
export interface ServerConfig extends Unserved<UnservedServerOptions> {
  /** Default: `PORT`, then 4111. */
  readonly port?: number | undefined
  /** The address to listen on. Default: 127.0.0.1 in development, all addresses in production. */
  readonly host?: string | undefined
  /**
   * Who may call. `false` opens the server to everyone as one principal called `anonymous`, and must
   * be written out: left out, a server in production does not start.
   */
  readonly auth?: AuthProvider | false | undefined
  readonly access?:
    | {
        /** Replaces or adds roles. Default: `owner`, `admin`, `member`, `viewer`. */
        readonly roles?: RoleTable | undefined
      }
    | undefined
  /** Default, as `false`: no page of another origin may read an answer. */
  readonly cors?: CorsConfig | false | undefined
  /** What every route of the API starts with. Default: `/api`. */
  readonly apiPrefix?: string | undefined
  /**
   * The path that a proxy leads here by, where it leaves it in the requests that it forwards, such as `/tools/agent`: the server
   * answers below it as it does without it. A proxy that takes the path off needs no option. Default: none.
   */
  readonly basePath?: string | undefined
  /**
   * The URL by which clients reach the server, such as `https://api.example.com` or `https://example.com/tools/agent`; `http`
   * only on loopback. Challenges then name where the metadata of the server stands (RFC 9728 section 5.1), and
   * `/.well-known/oauth-protected-resource` has it. Default: neither. Nothing of it is taken from a request.
   */
  readonly publicUrl?: string | undefined
  /** Routes of the application, made by `registerApiRoute`, or plain objects with the same options. */
  readonly apiRoutes?: readonly (ApiRoute | PlainApiRoute)[] | undefined
  /** That the command ends the server on SIGTERM and SIGINT: it always does. */
  readonly handleShutdownSignals?: true | undefined
  /** Largest request body, in bytes. Default: 4 MiB. */
  readonly bodySizeLimit?: number | undefined
  /** Longest time for one answer, in milliseconds. Default: 180,000 (3 minutes). */
  readonly timeout?: number | undefined
  /**
   * How long a connection is kept open that waits for its next request, in milliseconds. To be longer than that of the proxy
   * before the server. Default: 65,000.
   */
  readonly keepAliveTimeout?: number | undefined
  readonly revocation?: RevocationConfig | undefined
  /**
   * Whether the Studio is served at `/`. Default: by `signet dev` it is, by `signet start` it is not. `connect` lists
   * origins beside this server whose API it may talk to; default: none.
   */
  readonly studio?: boolean | { readonly connect?: readonly string[] | undefined } | undefined
  /** What is recorded of each request, where the server has somewhere to. `false`: nothing. */
  readonly audit?: AuditConfig | false | undefined
  /** What becomes of runs: answers that waited for an approval. */
  readonly runs?: RunsConfig | undefined
  /** How often callers may ask; docs/limits.md has the defaults. `false` switches a limit off. */
  readonly limits?: LimitsConfig | undefined
  /**
   * The proxies before the server, whose `X-Forwarded-For` says who sent a request: how many there are, or
   * their addresses and ranges, such as `10.0.0.0/8`. Default: none, and a client is who its socket says.
   */
  readonly trustProxy?: number | readonly string[] | undefined
}

/** What becomes of runs. */
export interface RunsConfig {
  /** Whole days after its end after which a run is deleted. Default: 30. */
  readonly retentionDays?: number | undefined
}

/** What becomes of audit records. */
export interface AuditConfig {
  /** Whole days after which a record is deleted. Default: 90. */
  readonly retentionDays?: number | undefined
}

/** How often callers may ask. What is left out is as by default. */
export interface LimitsConfig {
  /** Of one caller, what has a model or a tool at work: a tool's execution, an agent's answer. */
  readonly answers?:
    | false
    | {
        /** Default: 1,200. */
        readonly perMinute?: number | false | undefined
        /** How many run at once, in one process. Default: 100. */
        readonly concurrent?: number | false | undefined
      }
    | undefined
  /** Of one caller, every other request that needs a token. */
  readonly requests?:
    | false
    | {
        /** Default: 6,000. */
        readonly perMinute?: number | false | undefined
        /** How many run at once, in one process. Default: 200. */
        readonly concurrent?: number | false | undefined
      }
    | undefined
  /** Of one caller, bodies of requests until they are answered; of all callers together, twice as many bytes. */
  readonly bodies?:
    | false
    | {
        /** How many bytes are held at once, in one process. Default: 134,217,728 (128 MiB). */
        readonly concurrentBytes?: number | false | undefined
      }
    | undefined
  /** Of one address, requests whose credential is refused: what comes after is 429 instead of 401. */
  readonly failures?:
    | false
    | {
        /** Default: 3,000. */
        readonly perMinute?: number | false | undefined
      }
    | undefined
}

/** How a server learns of tokens that were revoked elsewhere. */
export interface RevocationConfig {
  /** How often it looks, in milliseconds. Default: 250. */
  readonly pollMs?: number | undefined
  /**
   * How long it may fail to look before it lets nobody in, in milliseconds; longer than `pollMs`.
   * Default: 30,000 (30 seconds).
   */
  readonly staleAfterMs?: number | undefined
}

type UnservedMastraOptions = typeof UNSUPPORTED_MASTRA_OPTIONS & typeof MASTRA_GUARDS

/** What makes an application. Options of Mastra that are not served may only ask for nothing. */
export interface MastraConfig extends Unserved<UnservedMastraOptions> {
  /** By key; paths name an agent by its key or its id. */
  readonly agents?: Readonly<Record<string, Agent>> | undefined
  /** Tools beside those of the agents. */
  readonly tools?: Readonly<Record<string, Tool>> | undefined
  /** By key; paths name a workflow by its key or its id. */
  readonly workflows?: Readonly<Record<string, GivenWorkflow>> | undefined
  /** Where agents remember. Default: what `signet dev` and `start` open, `signet.db` or PostgreSQL. */
  readonly storage?: MemoryStorage | undefined
  readonly server?: ServerConfig | undefined
  /** `false` writes nothing. Default: the server's own, else the console. */
  readonly logger?: Logger | false | undefined
  /**
   * What becomes of options that Mastra has and Signet does not serve. `warn` serves the application without them
   * and says so in the log, but never without one that closes something. Default: `refuse`, the start fails.
   */
  readonly unsupported?: UnsupportedPolicy | undefined
}

const SERVED: OptionNames<MastraConfig, UnservedMastraOptions> = {
  agents: true,
  tools: true,
  workflows: true,
  storage: true,
  server: true,
  logger: true,
  unsupported: true,
}

const SERVER: OptionNames<ServerConfig, UnservedServerOptions> = {
  port: true,
  host: true,
  auth: true,
  access: true,
  cors: true,
  apiPrefix: true,
  basePath: true,
  publicUrl: true,
  apiRoutes: true,
  handleShutdownSignals: true,
  bodySizeLimit: true,
  timeout: true,
  keepAliveTimeout: true,
  revocation: true,
  studio: true,
  audit: true,
  runs: true,
  limits: true,
  trustProxy: true,
}

const CORS: OptionNames<CorsConfig, typeof UNSUPPORTED_CORS_OPTIONS> = {
  origin: true,
  credentials: true,
}

/** The groups of options below `server` that hold nothing but names of ours. */
const GROUPS: {
  readonly revocation: OptionNames<RevocationConfig>
  readonly audit: OptionNames<AuditConfig>
  readonly runs: OptionNames<RunsConfig>
  readonly access: OptionNames<NonNullable<ServerConfig['access']>>
  readonly studio: OptionNames<Exclude<ServerConfig['studio'], boolean | undefined>>
} = {
  revocation: { pollMs: true, staleAfterMs: true },
  audit: { retentionDays: true },
  runs: { retentionDays: true },
  access: { roles: true },
  studio: { connect: true },
}

function refuse(name: string, remedy: string): RefusedOption {
  return { where: 'Mastra', name, isKnownToMastra: true, isGuard: false, remedy }
}

/** Whether a value is an agent of this package, of whichever installed copy. */
export function isAgent(value: unknown): value is Agent {
  return isObject(value) && 'refusals' in value && 'getInstructions' in value
}

/** Whether a value is a storage of threads and messages by owner. */
export function isStorage(value: unknown): value is MemoryStorage {
  const methods = ['lastMessages', 'commitExchange', 'listThreads'] as const
  return isObject(value) && methods.every((name) => typeof Reflect.get(value, name) === 'function')
}

/** Whether log lines can be written to a value. */
export function isLogger(value: unknown): value is Logger {
  const methods = ['debug', 'info', 'warn', 'error'] as const
  return isObject(value) && methods.every((name) => typeof Reflect.get(value, name) === 'function')
}

function foreignAgents({ agents }: MastraConfig): readonly RefusedOption[] {
  return Object.entries(agents ?? {})
    .filter(([, agent]: readonly [string, unknown]) => !isAgent(agent))
    .map(([key]) =>
      refuse(
        `agents.${key}`,
        'It is not an agent of Signet. Make it by new Agent of @signet/core/agent.',
      ),
    )
}

function foreignTools({ tools }: MastraConfig): readonly RefusedOption[] {
  return Object.entries(tools ?? {}).flatMap(([key, tool]: readonly [string, unknown]) => {
    const remedy = toolRemedy(tool)
    return remedy === undefined
      ? []
      : [{ ...refuse(`tools.${key}`, remedy), isGuard: isTool(tool) }]
  })
}

function foreignWorkflows({ workflows }: MastraConfig): readonly RefusedOption[] {
  return Object.entries(workflows ?? {}).flatMap(([key, workflow]: readonly [string, unknown]) => {
    if (!isWorkflow(workflow)) {
      return [
        refuse(
          `workflows.${key}`,
          'It is not a workflow of Signet. Make it by createWorkflow of @signet/core/workflows.',
        ),
      ]
    }
    return workflow.committed
      ? []
      : [refuse(`workflows.${key}`, 'It is not committed. Call commit behind its last step.')]
  })
}

function foreignParts({ storage, logger }: MastraConfig): readonly RefusedOption[] {
  return [
    ...(isNothing(storage) || isStorage(storage)
      ? []
      : [
          refuse(
            'storage',
            'It is not a storage of Signet. Leave the option out: the command opens signet.db, or the PostgreSQL database that DATABASE_URL names.',
          ),
        ]),
    ...(isNothing(logger) || isLogger(logger)
      ? []
      : [refuse('logger', 'It does not have the four methods debug, info, warn and error.')]),
  ]
}

function corsRefusals(cors: unknown): readonly RefusedOption[] {
  if (typeof cors === 'function') {
    return [refuse('server.cors', 'Signet does not call a function for it. List exact origins.')]
  }
  if (!isObject(cors)) return []
  const origins = [Reflect.get(cors, 'origin')].flat()
  if (origins.some((origin) => typeof origin === 'function')) {
    return [refuse('server.cors.origin', 'Signet does not call a function for it. List origins.')]
  }
  const rules = { served: CORS, unsupported: UNSUPPORTED_CORS_OPTIONS }
  return findRefusedOptions('Mastra', cors, rules, 'server.cors.')
}

function serverRefusals(server: ServerConfig): readonly RefusedOption[] {
  const groups = Object.entries(GROUPS).flatMap(([group, served]) => {
    const value: unknown = Reflect.get(server, group)
    if (!isObject(value)) return []
    return findRefusedOptions('Mastra', value, { served }, `server.${group}.`)
  })
  const rules = {
    served: SERVER,
    unsupported: UNSUPPORTED_SERVER_OPTIONS,
    guards: SERVER_GUARDS,
    misplaced: MISPLACED_SERVER_OPTIONS,
  }
  return [
    ...findRefusedOptions('Mastra', server, rules, 'server.'),
    ...corsRefusals(server.cors),
    ...groups,
  ]
}

/** The options that an application was given and that are not served, but for those of its agents and tools. */
export function findMastraRefusals(config: MastraConfig): readonly RefusedOption[] {
  const rules = {
    served: SERVED,
    unsupported: UNSUPPORTED_MASTRA_OPTIONS,
    guards: MASTRA_GUARDS,
  }
  return [
    ...findRefusedOptions('Mastra', config, rules),
    ...serverRefusals(readOptions(config.server)),
    ...foreignAgents(config),
    ...foreignTools(config),
    ...foreignWorkflows(config),
    ...foreignParts(config),
  ]
}
