import type { RevocationLog } from '@signet/auth'
import type { Logger, RevocationConfig } from '@signet/core'
import type { Revocations } from './revocations.js'
import { RevocationFollower } from './follower.js'
import { createLocalRevocations } from './local.js'
import { readRevocationConfig } from './settings.js'

/** Where revocations are kept, and who is told of them. */
export interface RevocationOptions {
  /** Shared with other instances. Default: what is revoked is known to this process alone. */
  readonly log: RevocationLog | undefined
  readonly config: RevocationConfig | undefined
  /** What stands before the names of options in messages. */
  readonly optionPath: string
  /** Told whenever something new is revoked, once it counts. */
  readonly onNew: () => void
  readonly logger: Logger
}

/**
 * The revocations of a server. Nothing is read before they begin, or the first request needs them.
 * @throws {StartError} `option_invalid`
 */
export function openRevocations(options: RevocationOptions): Revocations {
  const { log, config, optionPath, onNew, logger } = options
  const settings = readRevocationConfig(config, optionPath)
  if (log === undefined) return createLocalRevocations(onNew)
  return new RevocationFollower({ log, ...settings, onNew, logger })
}
