import type { ProofRegister } from '@signet/auth'
import type { Logger } from '@signet/core'

/**
 * The same register. The log says once that it cannot be asked, by which every request with a proof is refused, and once
 * that it can again.
 */
export function watchRegister(register: ProofRegister, logger: Logger): ProofRegister {
  let hasFailed = false
  return {
    async register(key, expiresAt) {
      let isFirst: boolean
      try {
        isFirst = await register.register(key, expiresAt)
      } catch (error) {
        if (!hasFailed) {
          const message =
            'DPoP proofs cannot be registered: requests with a proof get 503 until they can.'
          logger.warn(message, { error })
        }
        hasFailed = true
        throw error
      }
      if (hasFailed) logger.info('DPoP proofs can be registered again.')
      hasFailed = false
      return isFirst
    },
  }
}
