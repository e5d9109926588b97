import {
  anonymousPrincipal,
  AuthError,
  readBearerToken,
  ScopeError,
  TokenError,
  type AuthProvider,
  type Permission,
  type Principal,
  type RoleTable,
} from '@signet/auth'
import type { Logger } from '@signet/core'
import {
  admitBearer,
  keysFor,
  type ApiKeyEntrance,
  type JudgedMaker,
  type TokenJudge,
} from './admit.js'
import { toAuthRequest } from './auth-request.js'
import type { Incoming } from './http/incoming.js'
import type { Revocations } from './revocation/contract.js'

/** Who calls, by a good token. */
export interface Caller {
  readonly principal: Principal
  /** Whether the token is withdrawn, as far as is known by now: asked again while a long answer runs. */
  isRevoked(): boolean
  /**
   * The caller as the maker of an API key.
   * @throws {AuthError} `access_denied` for one who can make none
   */
  maker(): Promise<JudgedMaker>
}

/** The one door: who calls, and may they. It asks `@signet/auth` and holds no policy of its own. */
export interface Gate {
  /** Whether callers are told apart: false only where the server is open by choice. */
  readonly isAuthEnabled: boolean
  /**
   * @throws {AuthError} where there is no good credential. Reads nothing of the body.
   * @throws {RequestError} `storage_unavailable` where it is not known what has been withdrawn
   */
  authenticate(request: Incoming): Promise<Caller>
  /**
   * When a token ends, in seconds since 1970, as far as it verifies and its provider says so: from then on
   * nobody gets in with it. Undefined for any other.
   */
  expiryOf(token: string, request: Incoming): Promise<number | undefined>
  /** @throws {ScopeError} with the first permission that is missing */
  authorize(principal: Principal, permissions: readonly Permission[]): void
}

/** Parameters that other servers take a token from. Here they never count. */
const TOKEN_PARAMETERS = ['apiKey', 'access_token', 'auth_header']

/** How many subjects are remembered, so that the warning about one is not repeated. */
const MOST_REMEMBERED = 1000

function refuseTokenInUrl(request: Incoming): void {
  if (request.query === '' || request.header('authorization') === undefined) return
  const searchParams = new URLSearchParams(`?${request.query}`)
  if (TOKEN_PARAMETERS.some((name) => searchParams.has(name))) {
    throw new AuthError('request_invalid', 'The request has a token in its URL beside its header.')
  }
}

function authorize(principal: Principal, permissions: readonly Permission[]): void {
  const missing = permissions.find((permission) => !principal.permissions.allows(permission))
  if (missing !== undefined) throw new ScopeError(missing, principal.ignoredGrants)
}

/** Warns once of each subject whose token never expires. */
function createExpiryWarning(logger: Logger): (principal: Principal) => void {
  const warned = new Set<string>()
  return ({ subject, expiresAt }) => {
    if (expiresAt !== undefined || warned.has(subject) || warned.size >= MOST_REMEMBERED) return
    warned.add(subject)
    logger.warn('A token never expires. Whoever finds it can use it for ever; give it an exp.', {
      subject,
    })
  }
}

/** What a gate stands on. */
export interface GateOptions {
  /** Who may call; `false` lets everyone in as one principal, `anonymous`. */
  readonly provider: AuthProvider | false
  /** The role table in force. */
  readonly roles: RoleTable
  /** What has been withdrawn, whichever provider it came from; asked on every request. */
  readonly revocations: Pick<Revocations, 'isRevoked' | 'untilCurrent'>
  /** Default: there are none, and a token that looks like a key is the provider's to judge. */
  readonly apiKeys?: ApiKeyEntrance
  readonly logger: Logger
}

/** Makes the gate. */
export function createGate(options: GateOptions): Gate {
  const { provider, roles, revocations, apiKeys, logger } = options
  if (provider === false) {
    const anonymous: Caller = {
      principal: anonymousPrincipal(roles),
      isRevoked: () => false,
      async maker() {
        throw new AuthError('access_denied', 'A server that is open by choice takes no API keys.')
      },
    }
    return {
      isAuthEnabled: false,
      authenticate: async () => anonymous,
      expiryOf: async () => undefined,
      authorize,
    }
  }
  const warnOfExpiry = createExpiryWarning(logger)
  const judge: TokenJudge = { provider, roles, apiKeys }

  return {
    isAuthEnabled: true,
    async authenticate(request) {
      refuseTokenInUrl(request)
      const token = readBearerToken(request.header('authorization') ?? null)
      const { principal, revocable, maker, noteUse } = await admitBearer(
        judge,
        token,
        toAuthRequest(request),
      )
      const current = revocations.untilCurrent()
      if (current !== undefined) await current
      const isRevoked = () => revocable.some((each) => revocations.isRevoked(each))
      if (isRevoked()) throw new TokenError('token_revoked', 'The token was withdrawn.')
      noteUse()
      warnOfExpiry(principal)
      return { principal, isRevoked, maker }
    },
    async expiryOf(token, request) {
      const authority: AuthProvider = keysFor(token, judge)?.auth ?? provider
      try {
        const user = await authority.authenticateToken(token, toAuthRequest(request))
        const expiry = user && authority.expiryOf?.(user)
        return typeof expiry === 'number' && Number.isFinite(expiry) ? expiry : undefined
      } catch {
        // What does not verify says nothing.
        return undefined
      }
    },
    authorize,
  }
}
