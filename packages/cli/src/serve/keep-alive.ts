import { parseDuration } from '../flag/duration.js'

/**
 * How long a connection is kept open that waits for its next request, in milliseconds: the flag, else `SIGNET_KEEP_ALIVE`, else what the
 * application says; undefined where nobody does.
 * @throws {UsageFailure} that names the flag or the variable
 */
export function chooseKeepAlive(
  flag: string | undefined,
  configured: number | undefined,
): number | undefined {
  if (flag !== undefined) return parseDuration(flag, '--keep-alive') * 1000
  const variable = process.env['SIGNET_KEEP_ALIVE']
  if (variable) return parseDuration(variable, 'SIGNET_KEEP_ALIVE') * 1000
  return configured
}
