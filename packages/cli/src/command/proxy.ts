import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { createSecret, MastraJwtAuth, type AuthProvider } from '@signet/auth'
import type { Logger } from '@signet/core'
import { createProxy, type PolicyTable, type ProxyApp, type ProxyConfig } from '@signet/proxy'
import {
  findExposed,
  isAnswering,
  probeAuth,
  readUpstream,
  STUDIO_PATH,
  type UpstreamAuth,
} from '@signet/proxy/internal'
import { createLogger, RequestError, serve, type RunningServer } from '@signet/server'
import { CommandFailure, UsageFailure } from '../failure.js'
import { watchFaults } from '../fault/watch.js'
import { parseDuration } from '../flag/duration.js'
import { loadProxyConfig } from '../project/bundle/load-proxy-config.js'
import { enterProject } from '../project/environment.js'
import { dataDirectory } from '../project/project.js'
import { createProjectStore } from '../project/project-store.js'
import { openProxyProject, type ProxyProject } from '../project/proxy-config.js'
import { developmentSecret } from '../serve/development-secret.js'
import { developmentToken, TOKEN_HOURS } from '../serve/development-token.js'
import { chooseKeepAlive } from '../serve/keep-alive.js'
import { redisUrl } from '../serve/limits.js'
import { whenNpmEnds, whenOrphaned } from '../serve/orphan.js'
import { choosePort } from '../serve/port.js'
import { namedSecret, providerOfVariables, SECRET_VARIABLES } from '../serve/proxy-auth.js'
import { untilEndSignal, untilShutdown } from '../serve/shutdown.js'
import { proxyStudio } from '../serve/proxy-studio.js'
import { createTerminalLogger } from '../serve/terminal-logger.js'
import { startUpstream, type UpstreamCommand } from '../serve/upstream-command.js'
import { writeLine, type Io } from '../terminal/io.js'
import { loseOutput } from '../terminal/output.js'

/** Flags of `signet proxy`. */
export interface ProxyFlags {
  readonly upstream?: string
  readonly upstreamSecret?: string
  readonly upstreamOpen?: boolean
  readonly upstreamAnywhere?: boolean
  readonly port?: string
  readonly host?: string
  /** How long the application may take until it answers. */
  readonly wait: string
  /** How long the proxy continues to listen after it was told to end. */
  readonly drain: string
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])
const ASK_EVERY_MS = 250

/** A proxy to be, and what says how it is to run. */
interface Plan {
  readonly project: ProxyProject
  readonly flags: ProxyFlags
  readonly config: ProxyConfig
  readonly isDevelopment: boolean
  /** Whether the secret of the application was named by a variable. */
  readonly isSecretNamed: boolean
  readonly secret: string
  readonly logger: Logger
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @throws {UsageFailure} unless either a command or a URL says what the application is */
function requireOneUpstream(
  { upstream }: ProxyFlags,
  config: ProxyConfig,
  command: readonly string[],
): void {
  const url = upstream ?? config.upstream
  if (command.length === 0 && url === undefined) {
    throw new UsageFailure(
      'The proxy has no application. Write the command that serves it behind --, as in npx signet proxy -- npx mastra dev, or name its address with --upstream.',
    )
  }
  if (command.length > 0 && upstream !== undefined) {
    throw new UsageFailure(
      '--upstream and a command behind -- contradict each other: the proxy chooses the address of a command that it starts. Leave one of them out.',
    )
  }
}

function waitSeconds({ wait }: ProxyFlags): number {
  const seconds = Number(wait)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600) return seconds
  throw new UsageFailure('--wait must be a whole number of seconds, from 1 to 3600.')
}

/** Whether an application that was asked was away, or did not answer in time. */
function isAway(error: unknown): boolean {
  if (error instanceof RequestError) {
    return error.code === 'upstream_unavailable' || error.code === 'upstream_timeout'
  }
  return error instanceof Error && error.name === 'TimeoutError'
}

/**
 * Waits until the application answers, or somebody ends the proxy, or the application itself ends.
 * @returns what the application does with tokens; undefined where one of the two has ended. An application that goes away while it
 *   is asked, such as one that `mastra dev` restarts, is asked again
 * @throws {CommandFailure} where it does not answer in time
 */
async function waitUntilAnswering(
  origin: string,
  seconds: number,
  secret: string,
  hasEnded: () => boolean,
): Promise<UpstreamAuth | undefined> {
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    if (hasEnded()) return undefined
    try {
      if (await isAnswering(origin)) return await probeAuth({ origin, secret })
    } catch (error) {
      if (!isAway(error)) throw error
    }
    await sleep(ASK_EVERY_MS)
  }
  throw new CommandFailure(
    `The application does not answer at ${origin} after ${seconds} s. If it starts slowly, raise --wait; if it listens on a port of its own and not on PORT, name its address with --upstream.`,
  )
}

/** @throws {CommandFailure} where others reach the application without the proxy */
async function refuseExposed(origin: string, { flags }: Plan): Promise<void> {
  if (flags.upstreamAnywhere === true) return
  const { port } = readUpstream(origin, false)
  const exposed = await findExposed(port)
  if (exposed.length === 0) return
  throw new CommandFailure(
    `The application also listens at ${exposed.join(', ')}, port ${port}: whoever reaches it there needs no token. Let it listen on 127.0.0.1 only (server.host of Mastra). If a firewall keeps everybody else away, write --upstream-anywhere.`,
  )
}

/**
 * Whether the application verifies no tokens, and is served nevertheless.
 * @throws {CommandFailure} where it would refuse every request, or is open in production without --upstream-open
 */
function isOpen(auth: UpstreamAuth, plan: Plan): boolean {
  const { flags, isDevelopment, isSecretNamed, logger } = plan
  if (auth === 'verifies') {
    if (flags.upstreamOpen === true)
      logger.info('The application verifies tokens: --upstream-open can be left out.')
    return false
  }
  if (auth === 'refuses') {
    const cause = isSecretNamed
      ? 'it verifies with another secret than the one that --upstream-secret names, or by another provider'
      : 'its own .env, or its code, names another secret than MASTRA_JWT_SECRET of its environment, or it has another provider'
    throw new CommandFailure(
      `The application refuses the tokens of the proxy: ${cause}. Write --upstream-secret with the name of the variable that holds its secret, and let it verify with new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }).`,
    )
  }
  if (auth === 'unknown') {
    logger.warn(
      'The application does not have /api/agents, so it is not known whether it verifies the tokens of the proxy.',
    )
    return flags.upstreamOpen === true
  }
  if (!isDevelopment && flags.upstreamOpen !== true) {
    throw new CommandFailure(
      'The application verifies no tokens (it has no server.auth): whoever reaches its port is let in. Set server.auth, or write --upstream-open if only the proxy reaches it.',
    )
  }
  logger.warn(
    'The application verifies no tokens (it has no server.auth): the proxy alone decides who is let in, and its handlers are not told who calls.',
  )
  return true
}

/** Who may call where the configuration does not say. Undefined in production without a secret: the start is refused. */
function defaultAuth({ project, config, isDevelopment }: Plan): AuthProvider | undefined {
  if (config.auth !== undefined) return undefined
  const provider = providerOfVariables()
  if (provider !== undefined || !isDevelopment) return provider
  const secret = developmentSecret(dataDirectory(project))
  return new MastraJwtAuth({ secret, name: 'development' })
}

/** Lets the Studio of Mastra ask the server that its page came from, and not the port of the application. */
const STUDIO_OF_MASTRA = { MASTRA_AUTO_DETECT_URL: 'true' }

/** The environment of the command: what this process was started with, and where to listen and what to verify with. */
function commandEnvironment(
  given: NodeJS.ProcessEnv,
  port: number,
  secret: string,
): NodeJS.ProcessEnv {
  const address = { PORT: String(port), HOST: '127.0.0.1', MASTRA_HOST: '127.0.0.1' }
  const secrets = Object.fromEntries(SECRET_VARIABLES.map((name) => [name, secret]))
  return { ...STUDIO_OF_MASTRA, ...given, ...address, ...secrets }
}

function displayUrl({ hostname, port }: RunningServer): string {
  const host = hostname === '0.0.0.0' || LOOPBACK.has(hostname) ? 'localhost' : hostname
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** A path to try: of Mastra, or the first without parameters that a policy of one's own lets somebody read. */
function pathToTry(config: ProxyConfig): string | undefined {
  if (config.policy === undefined) return '/api/agents'
  const isReadable = ({ path, policy }: PolicyTable['routes'][number]) =>
    policy.method === 'GET' && 'access' in policy && !path.includes(':')
  return config.policy.routes.find(isReadable)?.path
}

async function greet(
  proxy: ProxyApp,
  server: RunningServer,
  provider: unknown,
  config: ProxyConfig,
  hasStudio: boolean,
  io: Io,
): Promise<void> {
  const url = displayUrl(server)
  const token = await developmentToken(proxy, provider)
  const path = pathToTry(config)
  const authorization = token === undefined ? '' : ` -H "Authorization: Bearer ${token}"`
  const tokenLines =
    token === undefined
      ? ['  Token        none: the proxy cannot sign tokens, or requires more claims in them', '']
      : [`  Token        role owner, valid for ${TOKEN_HOURS} hours:`, '', token, '']
  const lines = [
    '',
    `  Proxy        ${url}`,
    `  Application  ${proxy.origin}`,
    ...(hasStudio ? [`  Studio       ${url}${STUDIO_PATH}`] : []),
    ...tokenLines,
    ...(path === undefined ? [] : ['Try it:', '', `curl ${url}${path}${authorization}`, '']),
  ]
  for (const line of lines) writeLine(io.stdout, line)
}

async function readPlan(directory: string, flags: ProxyFlags, io: Io): Promise<Plan> {
  const project = openProxyProject(directory)
  const isDevelopment = process.env['NODE_ENV'] !== 'production'
  if (isDevelopment) process.env['NODE_ENV'] = 'development'
  enterProject(directory)
  const config = project.hasConfig ? await loadProxyConfig(project) : {}
  const { upstreamSecret } = flags
  return {
    project,
    flags,
    config,
    isDevelopment,
    isSecretNamed: upstreamSecret !== undefined,
    secret: upstreamSecret === undefined ? createSecret() : namedSecret(upstreamSecret),
    logger: isDevelopment ? createTerminalLogger(io.stderr) : createLogger(),
  }
}

/**
 * Stands before an application: before one that runs, or before one that a command serves, which is started with a port
 * on loopback and a secret of its own. Both are ended in order.
 * @param command - the command and its arguments; empty where the application runs already
 */
export async function runProxy(
  directory: string,
  flags: ProxyFlags,
  command: readonly string[],
  io: Io,
): Promise<void> {
  loseOutput()
  const faults = watchFaults()
  // The application reads its own .env, in its own order.
  const given = { ...process.env }
  const plan = await faults.during(readPlan(directory, flags, io))
  const { project, config, isDevelopment, secret, logger } = plan
  requireOneUpstream(flags, config, command)
  const seconds = waitSeconds(flags)
  const drainMs = flags.drain === '0' ? 0 : parseDuration(flags.drain, '--drain') * 1000
  const port = choosePort(flags.port, config.port, (message) => logger.warn(message))
  const hostname = flags.host ?? config.host ?? (isDevelopment ? '127.0.0.1' : '0.0.0.0')
  const keepAliveTimeoutMs = chooseKeepAlive(undefined, config.keepAliveTimeout)
  const upstreamPort = command.length > 0 ? await findFreePort() : undefined
  const isAnywhere = flags.upstreamAnywhere === true
  const { origin, isLoopback } =
    upstreamPort === undefined
      ? readUpstream(flags.upstream ?? config.upstream, isAnywhere)
      : readUpstream(`http://127.0.0.1:${upstreamPort}`, false)

  const orphaned = new Promise<void>(isDevelopment ? whenOrphaned : whenNpmEnds)
  const end = untilEndSignal()
  const store = createProjectStore(project, ({ level, message }) => logger[level](message))
  let upstream: UpstreamCommand | undefined
  let proxy: ProxyApp | undefined
  let server: RunningServer | undefined
  let isEnding = false
  let upstreamEnd: string | undefined
  let hasSignal = false
  void Promise.race([end.signalled, orphaned]).then(() => (hasSignal = true))
  try {
    await store.open()
    if (upstreamPort !== undefined) {
      const environment = commandEnvironment(given, upstreamPort, secret)
      upstream = await startUpstream(command, {
        directory,
        environment,
        warn: (message) => logger.warn(message),
      })
      void upstream.ended.then((message) => {
        if (!isEnding && !hasSignal) upstreamEnd = message
      })
    }
    const hasEnded = () => hasSignal || upstreamEnd !== undefined
    const waiting = waitUntilAnswering(origin, seconds, secret, hasEnded)
    const upstreamAuth = await faults.during(waiting)
    if (upstreamEnd !== undefined) throw new CommandFailure(upstreamEnd)
    if (upstreamAuth === undefined) return
    if (isLoopback) await refuseExposed(origin, plan)
    const auth = defaultAuth(plan)
    const studio = proxyStudio(config, isDevelopment)
    proxy = createProxy(config, {
      upstream: origin,
      isUpstreamAnywhere: isAnywhere,
      upstreamSecret: secret,
      isUpstreamOpen: isOpen(upstreamAuth, plan),
      isDevelopment,
      isLoopbackOnly: isDevelopment && LOOPBACK.has(hostname),
      isReady: () => !isEnding,
      state: store,
      redisUrl: redisUrl(),
      unhandledFaults: () => faults.count,
      defaultAuth: auth,
      studio,
      logger,
    })
    await proxy.begin()
    if (hasEnded()) return
    server = await serve(proxy.answer, { port, hostname, keepAliveTimeoutMs, logger })
    const cause = Promise.race([
      orphaned,
      faults.fatal,
      ...(upstream === undefined ? [] : [upstream.ended.then(() => undefined)]),
    ])
    const shutDown = untilShutdown(
      server,
      (message) => {
        isEnding = true
        logger.info(message)
      },
      { drainMs, cause },
    )
    end.ignore()
    faults.serve(logger)
    if (isDevelopment && !LOOPBACK.has(hostname)) {
      logger.warn(
        `Other machines can reach this development proxy at ${hostname}, and tokens are sent to it unencrypted. In production, set NODE_ENV=production.`,
      )
    }
    if (isDevelopment)
      await greet(proxy, server, config.auth ?? auth, config, studio !== undefined, io)
    else
      logger.info('The proxy is ready.', { address: hostname, port: server.port, upstream: origin })
    await shutDown
  } finally {
    isEnding = true
    end.ignore()
    await server?.close(0)
    await upstream?.end()
    await proxy?.close()
    await store.close()
  }
  if (upstreamEnd !== undefined) throw new CommandFailure(upstreamEnd)
  faults.throwIfFatal()
}
