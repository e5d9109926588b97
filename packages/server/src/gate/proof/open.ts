import type { ProofRegister } from '@signet/auth'
import type { Logger } from '@signet/core'
import type { RedisLink } from '../../limit/redis-link.js'
import { createRedisRegister } from './redis-register.js'
import { watchRegister } from './watch.js'

/** Where DPoP proofs that were used may be remembered. */
export interface ProofOptions {
  /** Default: there is none. */
  readonly redis: RedisLink | undefined
  /** Shared with other instances by the store. Default: it is not. */
  readonly store: ProofRegister | undefined
  readonly logger: Logger
}

/**
 * What the instances of a server remember used DPoP proofs in: Redis where there is one, else the store. Nothing is opened
 * or asked before the first proof. Undefined where nothing is shared: a provider then remembers them in its process.
 */
export function openProofs({ redis, store, logger }: ProofOptions): ProofRegister | undefined {
  const register = redis === undefined ? store : createRedisRegister(redis)
  return register && watchRegister(register, logger)
}
