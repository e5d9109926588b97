import type { AuthProvider, Principal, RoleTable } from '@signet/auth'
import type { BearerExplanation } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import type { Incoming } from '../http/incoming.js'
import type { ApiKeyEntrance } from '../gate/credential.js'
import { RequestError } from '../error/error.js'
import type { Revocations } from '../revocation/revocations.js'
import { explainForServer } from './explain.js'
import { signForMaker, type SignedToken, type TokenWish } from './sign.js'

/** What is made of tokens for the operator, by what the gate judges them by. */
export interface TokenDesk {
  /** @throws {RequestError} `not_found` where no token is looked at */
  explain(token: string, request: Incoming): Promise<BearerExplanation>
  /** @throws {RequestError} `not_found` likewise; and what `signForMaker` throws */
  sign(wish: TokenWish, maker: Principal, request: Incoming): Promise<SignedToken>
}

/** What a desk stands on: the same as the gate. */
export interface TokenDeskOptions {
  readonly provider: AuthProvider | false
  readonly roles: RoleTable
  readonly revocations: Revocations
  readonly apiKeys: ApiKeyEntrance | undefined
  readonly logger: Logger
}

/** Makes the desk. */
export function createTokenDesk({ provider, ...options }: TokenDeskOptions): TokenDesk {
  const requireProvider = (): AuthProvider => {
    if (provider !== false) return provider
    throw new RequestError('not_found', 'This server does not verify tokens (auth: false).')
  }
  return {
    explain: async (token, request) =>
      explainForServer({ ...options, provider: requireProvider() }, token, request),
    sign: async (wish, maker, request) =>
      signForMaker({ roles: options.roles, provider: requireProvider() }, wish, { maker, request }),
  }
}
