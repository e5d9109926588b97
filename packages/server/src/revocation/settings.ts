import type { RevocationConfig } from '@signet/core'
import { StartError } from '../error/error.js'
import { positive } from '../start/start-check.js'

const DEFAULT_POLL_MS = 250
const DEFAULT_STALE_AFTER_MS = 30_000

/**
 * How a server follows revocations, with its defaults.
 * @throws {StartError} `option_invalid`
 */
export function readRevocationConfig(config: RevocationConfig = {}): Required<RevocationConfig> {
  const pollMs = positive('revocation.pollMs', config.pollMs ?? DEFAULT_POLL_MS)
  const staleAfterMs = positive(
    'revocation.staleAfterMs',
    config.staleAfterMs ?? DEFAULT_STALE_AFTER_MS,
  )
  if (staleAfterMs > pollMs) return { pollMs, staleAfterMs }
  throw new StartError(
    'option_invalid',
    `server.revocation.staleAfterMs (${staleAfterMs} ms) must be longer than pollMs (${pollMs} ms). Otherwise requests between two reads would be refused.`,
  )
}
