import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OptionNames } from '@signet/auth'
import { refuseUnknown } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import { StartError } from './error/error.js'
import { closeGently, cutAfter } from './http/close-gently.js'
import { defaultMaxConnections, trackConnections } from './http/connections.js'
import { tellOfRefusals } from './http/descriptors.js'
import { nodeListener } from './http/node-listener.js'
import type { Answerer } from './http/answerer.js'
import { refuseUnreadable } from './http/refuse-unreadable.js'
import { endStalled } from './http/stalled.js'
import { UnreadAnswers } from './http/unread.js'

/** Where a server listens. */
export interface ServeOptions {
  /** Default: 4111. 0 takes a free port. */
  readonly port?: number | undefined
  /** The address to listen on. Default: 127.0.0.1. */
  readonly hostname?: string | undefined
  /** Largest header section of a request, in bytes. Default: 16 KiB. */
  readonly maxHeaderBytes?: number | undefined
  /**
   * How long a connection is kept open that waits for its next request, in milliseconds. To be longer than that of a proxy
   * before the server. Default: 65,000.
   */
  readonly keepAliveTimeoutMs?: number | undefined
  /**
   * How many connections may be open: where one more comes, those that are idle for the longest time are closed; where none
   * is idle, the new one. Default: 10,000, or three quarters of the descriptors of the process where these are fewer.
   */
  readonly maxConnections?: number | undefined
  /**
   * How long the socket of a client may take no byte of an answer that waits for it, in milliseconds, before its
   * connection is ended. The time that the slowest client needs for what the socket has taken before comes on top,
   * 15 minutes at most. Default: 30,000.
   */
  readonly unreadTimeoutMs?: number | undefined
  /** How fast the slowest client reads that is waited for, in bytes per second. Default: 4,096. */
  readonly slowestReadRate?: number | undefined
  /** How many bytes of answers may wait for their clients, in all: above it the slowest are ended. Default: 256 MiB. */
  readonly maxUnreadBytes?: number | undefined
  /** The same of one caller. Default: 128 MiB. */
  readonly maxUnreadBytesPerCaller?: number | undefined
  /** Is told when connections are refused for want of file descriptors. Default: nobody is. */
  readonly logger?: Logger | undefined
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number
  readonly hostname: string
  /**
   * Stops taking requests and lets running answers finish. Called again, it can only cut them sooner.
   * @param graceMs - how long they have, in milliseconds, before they are cut. Default: 30,000
   */
  close(graceMs?: number): Promise<void>
}

const OPTIONS: OptionNames<ServeOptions> = {
  port: true,
  hostname: true,
  maxHeaderBytes: true,
  keepAliveTimeoutMs: true,
  maxConnections: true,
  unreadTimeoutMs: true,
  slowestReadRate: true,
  maxUnreadBytes: true,
  maxUnreadBytesPerCaller: true,
  logger: true,
}

const DEFAULT_PORT = 4111
const DEFAULT_HOSTNAME = '127.0.0.1'
const DEFAULT_HEADER_BYTES = 16 * 1024
const DEFAULT_GRACE_MS = 30_000
const DEFAULT_UNREAD_TIMEOUT_MS = 30_000
const DEFAULT_SLOWEST_READ_RATE = 4096
const MAX_UNREAD_BYTES = 256 * 1024 * 1024
const MAX_UNREAD_BYTES_PER_CALLER = 128 * 1024 * 1024
/** When a silent connection is first asked whether its client is there (TCP keep-alive). */
const KEEP_ALIVE_PROBE_MS = 60_000
/** Longer than the 60 s of nginx and of the load balancers of clouds, which would else send a request into a closed one. */
const DEFAULT_KEEP_ALIVE_MS = 65_000
/** Twelve days in milliseconds: a timer of twice as long would fire at once, and Node.js adds to it. */
const MAX_OPTION = 2 ** 30
/** How long a client may take to send its headers, and its whole request, from its first byte on. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 60_000
/** How often Node.js looks for connections that took longer. */
const TIMEOUT_CHECK_MS = 5_000

function startError(error: NodeJS.ErrnoException, hostname: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      'port_taken',
      `Port ${port} is taken. Stop what listens there, or choose another with --port or PORT.`,
      { cause: error },
    )
  }
  if (error.code === 'EACCES') {
    return new StartError(
      'address_refused',
      `Port ${port} is only for privileged processes. Choose one above 1023 with --port or PORT.`,
      { cause: error },
    )
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new StartError(
      'address_refused',
      `${hostname} is not an address of this machine (${error.code}). Name one with --host or server.host.`,
      { cause: error },
    )
  }
  return error
}

/** @throws {StartError} `option_invalid` for what is not a whole number from 1 on: Node.js would take 0 for no limit */
function positive(name: keyof ServeOptions, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= MAX_OPTION) return value
  throw new StartError(
    'option_invalid',
    `${name} of serve must be a whole number from 1 to ${MAX_OPTION}.`,
  )
}

function listen(server: Server, hostname: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(startError(error, hostname, port)))
    server.listen(port, hostname, () => resolve(server.address() as AddressInfo))
  })
}

/**
 * Serves requests over HTTP/1.1.
 *
 * @param answerer - answers a request, such as `answer` of an `App`
 * @throws {StartError} `port_taken`, `address_refused` or `option_invalid`
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { Mastra } from '@signet/core'
 * import { createApp, serve } from '@signet/server'
 *
 * const mastra = new Mastra({
 *   server: { auth: new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] }) },
 * })
 * const server = await serve(createApp(mastra).answer, { port: 4111 })
 * console.log(`The server listens on port ${server.port}.`)
 * await server.close()
 * ```
 */
export async function serve(
  answerer: Answerer,
  options: ServeOptions = {},
): Promise<RunningServer> {
  refuseUnknown('serve', options, OPTIONS)
  const { port = DEFAULT_PORT, hostname = DEFAULT_HOSTNAME } = options
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes ?? DEFAULT_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: positive(
      'keepAliveTimeoutMs',
      options.keepAliveTimeoutMs ?? DEFAULT_KEEP_ALIVE_MS,
    ),
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    // Node.js would answer it alone, and nothing would record that. It is refused as a request with a fault.
    requireHostHeader: false,
  })
  // The size of the header section is limit enough: of more fields than a number, Node.js would forget some.
  server.maxHeadersCount = 0
  const unread = new UnreadAnswers({
    total: options.maxUnreadBytes ?? MAX_UNREAD_BYTES,
    perCaller: options.maxUnreadBytesPerCaller ?? MAX_UNREAD_BYTES_PER_CALLER,
  })
  const { onRequest, latest } = nodeListener(answerer, unread)
  server.on('request', onRequest)
  // Nobody has to obey an expectation that they do not know (RFC 9110 section 10.1.1). Who waits to be told to send a body
  // is told once it is wanted: of a request that is refused, no body has to come.
  for (const event of ['checkExpectation', 'checkContinue'] as const) {
    server.on(event, (message, answer) => server.emit('request', message, answer))
  }
  refuseUnreadable(server, answerer, latest)
  const refuse = tellOfRefusals(server, options.logger)
  const { maxConnections = defaultMaxConnections() } = options
  const connections = trackConnections(
    server,
    latest,
    positive('maxConnections', maxConnections),
    () => refuse('connections'),
  )
  endStalled(server, connections.open, {
    timeoutMs: options.unreadTimeoutMs ?? DEFAULT_UNREAD_TIMEOUT_MS,
    slowestRate: options.slowestReadRate ?? DEFAULT_SLOWEST_READ_RATE,
  })
  const address = await listen(server, hostname, port)
  let closing: Promise<void> | undefined
  return {
    port: address.port,
    hostname,
    close(graceMs = DEFAULT_GRACE_MS) {
      closing ??= closeGently(server, connections)
      cutAfter(server, graceMs, closing)
      return closing
    },
  }
}
