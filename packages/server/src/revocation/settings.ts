import type { RevocationConfig } from '@signet/core'
import { StartError } from '../error/error.js'
import { OF_SERVER, positive } from '../start/start-check.js'

const DEFAULT_POLL_MS = 250
const DEFAULT_STALE_AFTER_MS = 30_000

/**
 * How a server follows revocations, with its defaults.
 * @param path - what stands before the names of options in messages
 * @throws {StartError} `option_invalid`
 */
export function readRevocationConfig(
  config: RevocationConfig = {},
  path: string = OF_SERVER.path,
): Required<RevocationConfig> {
  const { pollMs = DEFAULT_POLL_MS, staleAfterMs = DEFAULT_STALE_AFTER_MS } = config
  positive('revocation.pollMs', pollMs, path)
  positive('revocation.staleAfterMs', staleAfterMs, path)
  if (staleAfterMs > pollMs) return { pollMs, staleAfterMs }
  throw new StartError(
    'option_invalid',
    `${path}revocation.staleAfterMs (${staleAfterMs} ms) must be longer than pollMs (${pollMs} ms). Otherwise requests between two reads would be refused.`,
  )
}
