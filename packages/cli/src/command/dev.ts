import { MastraJwtAuth, type AuthProvider } from '@signet/auth'
import type { Mastra } from '@signet/core'
import { createApp, serve, type App, type RunningServer } from '@signet/server'
import { bannerLines } from '../banner.js'
import { watchApplication, type LoadResult } from '../bundle.js'
import { loadEnvFile } from '../environment.js'
import { type Io, writeLine } from '../io.js'
import { choosePort } from '../port.js'
import { developmentSecret, openProject, type Project } from '../project.js'
import { untilShutdown } from '../shutdown.js'
import { createTerminalLogger } from '../terminal-logger.js'

/** Flags of `signet dev`. */
export interface DevOptions {
  readonly port?: string
  readonly host?: string
  /** The message of the printed cURL line. */
  readonly message: string
}

const TOKEN_HOURS = 8
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

/** A provider that can also make tokens, as `MastraJwtAuth` can. */
type Signer = Pick<MastraJwtAuth, 'sign'>

function isSigner(provider: unknown): provider is Signer {
  return typeof provider === 'object' && provider !== null && 'sign' in provider
}

function developmentAuth(mastra: Mastra, project: Project): AuthProvider | undefined {
  if (mastra.getServer().auth !== undefined) return undefined
  return new MastraJwtAuth({ secret: developmentSecret(project), name: 'development' })
}

function makeToken(auth: AuthProvider | false | undefined): string | undefined {
  if (!isSigner(auth)) return undefined
  return auth.sign({ sub: 'developer', role: 'owner' }, { expiresInSeconds: TOKEN_HOURS * 3600 })
}

/** The application that answers now. A running answer stays with the one that it began with. */
class CurrentApplication {
  readonly #project: Project
  readonly #io: Io
  readonly #isLoopbackOnly: boolean
  #app: App | undefined
  mastra: Mastra | undefined
  token: string | undefined

  constructor(project: Project, io: Io, isLoopbackOnly: boolean) {
    this.#project = project
    this.#io = io
    this.#isLoopbackOnly = isLoopbackOnly
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    if (this.#app === undefined) return new Response(null, { status: 503 })
    return this.#app.fetch(request)
  }

  /** Replaces the application. @throws {StartError} where it cannot be served */
  use(mastra: Mastra): void {
    mastra.setDefaultLogger(createTerminalLogger(this.#io.stderr))
    const defaultAuth = developmentAuth(mastra, this.#project)
    const isLoopbackOnly = this.#isLoopbackOnly
    this.#app = createApp(mastra, { isDevelopment: true, isLoopbackOnly, defaultAuth })
    this.token = makeToken(defaultAuth ?? mastra.getServer().auth)
    this.mastra = mastra
  }
}

function displayUrl(server: RunningServer): string {
  const host = LOOPBACK.has(server.hostname) ? 'localhost' : server.hostname
  return `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`
}

/** Serves the application, and serves it anew after each change. */
export async function runDev(directory: string, options: DevOptions, io: Io): Promise<void> {
  const project = openProject(directory)
  process.env['NODE_ENV'] = 'development'
  loadEnvFile(project.directory)
  const hostname = options.host ?? '127.0.0.1'
  const isLoopbackOnly = LOOPBACK.has(hostname)
  const current = new CurrentApplication(project, io, isLoopbackOnly)

  let settleFirst: ((result: LoadResult) => void) | undefined
  const first = new Promise<LoadResult>((resolve) => {
    settleFirst = resolve
  })
  let isServing = false

  function replace(result: LoadResult): void {
    if (!isServing) {
      settleFirst?.(result)
      return
    }
    try {
      if ('error' in result) throw result.error
      current.use(result.mastra)
      writeLine(io.stderr, 'Reloaded.')
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      writeLine(io.stderr, `${message}\nThe last version that worked goes on answering.`)
    }
  }

  const watcher = await watchApplication(project, replace)
  try {
    const result = await first
    if ('error' in result) throw result.error
    current.use(result.mastra)
    isServing = true
    const port = choosePort(options.port, result.mastra.getServer().port)
    const server = await serve(current.fetch, { port, hostname })
    const ended = untilShutdown(server, io)
    if (!isLoopbackOnly) {
      writeLine(io.stderr, `Other machines can reach this development server at ${hostname}.`)
    }
    const lines = bannerLines({
      url: displayUrl(server),
      apiPrefix: result.mastra.getServer().apiPrefix ?? '/api',
      mastra: result.mastra,
      token: current.token,
      tokenHours: TOKEN_HOURS,
      message: options.message,
      isWindows: process.platform === 'win32',
    })
    for (const line of lines) writeLine(io.stdout, line)
    writeLine(io.stdout, `Ready in ${process.uptime().toFixed(1)} s.`)
    await ended
  } finally {
    await watcher.close()
  }
}
