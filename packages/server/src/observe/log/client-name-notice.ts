import { containsCredential, isLegalId } from '@signet/auth/internal'
import type { Logger } from '@signet/core'

/** Names of clients that are told, for as long as the process lives: they may send as many as they like. */
const MAX_NAMES = 100

const ELSEWHERE = 'read it with requestContext.client, where nothing is verified.'

/**
 * Makes what tells the log, once for each name, that the application looked up what only the client sent: the
 * original has it at that place, and here it would just be missing.
 */
export function createClientNameNotice(logger: Logger): (name: string) => void {
  const told = new Set<string>()
  return (name) => {
    const shown = isLegalId(name) && !containsCredential(name) ? name : 'a name that is not shown'
    if (told.has(shown) || told.size >= MAX_NAMES) return
    told.add(shown)
    logger.warn(`The client sent ${shown} as requestContext: ${ELSEWHERE}`)
  }
}
