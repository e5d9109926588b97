import { parseDuration } from '../flag/duration.js'

/**
 * How long an idle connection stays open, in milliseconds: the flag, otherwise `SIGNET_KEEP_ALIVE`, otherwise the
 * option of the application; undefined if none is set.
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
