import { UsageFailure } from '../failure.js'

const DEFAULT_PORT = 4111
/**
 * The form of the variables that Kubernetes sets for each Service of a namespace: METRICS_PORT for the Service metrics.
 */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//i

function parsePort(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new UsageFailure(
    `${source} ${JSON.stringify(text)} is not a port. Write a number from 0 to 65535; 0 selects a free port.`,
  )
}

/**
 * The port in a variable; undefined if it is empty, or is the address of a Service, which Kubernetes sets by itself.
 * @param warn - told of such an address
 */
function portOf(name: string, warn: (message: string) => void): number | undefined {
  const text = process.env[name]
  if (!text) return undefined
  if (!SERVICE_LINK.test(text)) return parsePort(text, name)
  warn(
    `${name} is ignored: its value is the address of a Service, which Kubernetes sets by itself. Set enableServiceLinks: false for the pod, or set ${name} to a number.`,
  )
  return undefined
}

/**
 * The port on which metrics are served without a token (`METRICS_PORT`); undefined if it is not set.
 * @param warn - told why the variable counts for nothing, where it does
 * @throws {UsageFailure} for what is not a port
 */
export function metricsPort(warn: (message: string) => void): number | undefined {
  return portOf('METRICS_PORT', warn)
}

/**
 * The port to listen on: the flag, otherwise `PORT`, otherwise the option of the application, otherwise 4111.
 * @param warn - told why the variable counts for nothing, where it does
 * @throws {UsageFailure} that names the flag or the variable
 */
export function choosePort(
  flag: string | undefined,
  configured: number | undefined,
  warn: (message: string) => void,
): number {
  if (flag !== undefined) return parsePort(flag, '--port')
  return portOf('PORT', warn) ?? configured ?? DEFAULT_PORT
}
