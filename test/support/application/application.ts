import { MastraJwtAuth, type Permission, type SignOptions } from '@signet/auth'
import {
  Agent,
  createTool,
  Mastra,
  ToolError,
  type Logger,
  type LogLevel,
  type ServerConfig,
  type ToolContext,
} from '@signet/core'
import { z } from 'zod'
import { textModel, type TestModel } from './model.js'

/** The secret that signs the tokens of tests. */
export const SECRET = 'a secret of the tests, longer than thirty-two bytes'

/** Where requests of tests go; nothing listens there. */
export const BASE_URL = 'http://localhost:4111'

/** The system prompt of the weather agent: no caller may see it without being allowed to. */
export const INSTRUCTIONS = 'You are the weather agent; your code word is heliotrope.'

/** One line of a log. */
export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Makes a logger that keeps its lines, those from info level on, as a server does by default. */
export function createLogRecorder(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  function keep(level: LogLevel): Logger['info'] {
    return (message, fields = {}) => void lines.push({ level, message, fields })
  }
  const logger = {
    debug() {},
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  }
  return { logger, lines }
}

/** How a test's application differs from the usual one. */
export interface TestApplicationOptions {
  readonly model?: TestModel
  readonly server?: ServerConfig
  /** Default: one that keeps its lines. */
  readonly logger?: Logger
}

/** An application of a test, what it logged and what its tools were given. */
export interface TestApplication {
  readonly mastra: Mastra
  readonly auth: MastraJwtAuth
  readonly model: TestModel
  readonly log: readonly LogLine[]
  /** What the tool `get-weather` was called with. */
  readonly toolCalls: { readonly input: unknown; readonly context: ToolContext }[]
}

/** The provider of the tests. */
export function createTestAuth(): MastraJwtAuth {
  return new MastraJwtAuth({ secret: SECRET })
}

/**
 * Makes an application with two agents, `weather-agent` (key `weatherAgent`, tools `get-weather` as
 * `weatherTool` and `open-vault` as `vaultTool`) and `other-agent` (key `otherAgent`), and one tool
 * of its own, `lonely-tool` (key `lonelyTool`).
 */
export function createTestApplication(options: TestApplicationOptions = {}): TestApplication {
  const { model = textModel(), server } = options
  const recorder = createLogRecorder()
  const toolCalls: TestApplication['toolCalls'] = []
  const auth = createTestAuth()
  const weatherTool = createTool({
    id: 'get-weather',
    description: 'Tells the weather of a place',
    inputSchema: z.object({ place: z.string().min(1) }),
    outputSchema: z.object({ degrees: z.number() }),
    async execute(input, context) {
      toolCalls.push({ input, context })
      return { degrees: 21 }
    },
  })
  const vaultTool = createTool({
    id: 'open-vault',
    description: 'Always fails',
    async execute() {
      throw new ToolError('The vault is shut.')
    },
  })
  const lonelyTool = createTool({
    id: 'lonely-tool',
    description: 'Fails for a reason that nobody may know',
    async execute() {
      throw new Error('a cause that stays inside')
    },
  })
  const mastra = new Mastra({
    agents: {
      weatherAgent: new Agent({
        id: 'weather-agent',
        name: 'Weather Agent',
        instructions: INSTRUCTIONS,
        model,
        tools: { weatherTool, vaultTool },
      }),
      otherAgent: new Agent({
        id: 'other-agent',
        name: 'Other Agent',
        instructions: 'You are the other agent.',
        model,
      }),
    },
    tools: { lonelyTool },
    server: { auth, ...server },
    logger: options.logger ?? recorder.logger,
  })
  return { mastra, auth, model, log: recorder.lines, toolCalls }
}

const HOUR: SignOptions = { expiresInSeconds: 3600 }

/** A good token with exactly these permissions. */
export function tokenWith(...permissions: readonly Permission[]): string {
  return createTestAuth().sign({ sub: 'alice', permissions }, HOUR)
}

/** A good token of a role. */
export function tokenOf(role: 'owner' | 'admin' | 'member' | 'viewer'): string {
  return createTestAuth().sign({ sub: 'alice', role }, HOUR)
}

/** What a test asks for. */
export interface TestRequest {
  readonly token?: string
  readonly method?: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes a request; with a body it is a POST. */
export function makeRequest(path: string, options: TestRequest = {}): Request {
  const { token, json, body = json === undefined ? undefined : JSON.stringify(json) } = options
  const headers = new Headers({ host: 'localhost:4111', ...options.headers })
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  if (body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/json')
  }
  const method = options.method ?? (body === undefined ? 'GET' : 'POST')
  const init: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return new Request(new URL(path, BASE_URL), init)
}

/** A refusal as a test looks at it. */
export interface Refusal {
  readonly status: number
  readonly code: unknown
  readonly challenge: string | null
  readonly issues: unknown
  readonly text: unknown
}

/** Reads the answer to a request that should have been refused. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const body: unknown = await response.json()
  const member = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  return {
    status: response.status,
    code: member('code'),
    challenge: response.headers.get('www-authenticate'),
    issues: member('issues'),
    text: member('error'),
  }
}

/** The challenge to a token that is refused for a reason (RFC 6750 section 3). */
export function invalidToken(description: string): string {
  return `Bearer error="invalid_token", error_description="${description}"`
}
