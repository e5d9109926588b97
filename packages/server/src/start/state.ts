import type { ApiKeyStore, ProofRegister, RevocationLog } from '@signet/auth'
import type { AuditStore } from '@signet/core'

/**
 * What the instances of a server share beside memory: a store of `@signet/store` is one. What is left out
 * is not offered: revocations and used DPoP proofs are then known to this process alone, and there are no API keys and no
 * audit.
 */
export interface ServerState {
  readonly revocations?: RevocationLog | undefined
  readonly apiKeys?: ApiKeyStore | undefined
  readonly audit?: AuditStore | undefined
  /** DPoP proofs that were used, where there is no Redis for them. */
  readonly proofs?: ProofRegister | undefined
  /** Rejects where what is shared cannot be reached just now; `/ready` asks. Left out, it always can. */
  readonly ready?: (() => Promise<void>) | undefined
}
