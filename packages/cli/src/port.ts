import { UsageFailure } from './failure.js'

const DEFAULT_PORT = 4111

function parsePort(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new UsageFailure(
    `${source} ${JSON.stringify(text)} is no port. Write a number from 0 to 65535; 0 takes a free one.`,
  )
}

/**
 * Where metrics are served without a token, by `METRICS_PORT`; undefined where they are not.
 * @throws {UsageFailure} for what is no port
 */
export function metricsPort(): number | undefined {
  const variable = process.env['METRICS_PORT']
  return variable ? parsePort(variable, 'METRICS_PORT') : undefined
}

/**
 * The port to listen on: the flag, else `PORT`, else what the application says, else 4111.
 * @throws {UsageFailure} that names the flag or the variable
 */
export function choosePort(flag: string | undefined, configured: number | undefined): number {
  if (flag !== undefined) return parsePort(flag, '--port')
  const variable = process.env['PORT']
  if (variable !== undefined && variable !== '') return parsePort(variable, 'PORT')
  return configured ?? DEFAULT_PORT
}
