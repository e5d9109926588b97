import {
  anonymousPrincipal,
  AuthError,
  authenticate,
  readBearerToken,
  ScopeError,
  tokenDigest,
  TokenError,
  type AuthProvider,
  type AuthRequest,
  type Permission,
  type Principal,
  type RevocableToken,
  type RevocationList,
  type RoleTable,
} from '@signet/auth'
import type { Logger } from '@signet/core'

/** Who calls, by a good token. */
export interface Caller {
  readonly principal: Principal
  /**
   * Whether the token is withdrawn by now: asked again while a long answer runs.
   * @throws {AuthError} where that cannot be known now
   */
  isRevoked(): boolean
}

/** The one door: who calls, and may they. It asks `@signet/auth` and holds no policy of its own. */
export interface Gate {
  /** Whether callers are told apart: false only where the server is open by choice. */
  readonly isAuthEnabled: boolean
  /**
   * @throws {AuthError} where there is no good credential. Reads nothing of the body.
   */
  authenticate(request: Request): Promise<Caller>
  /** @throws {ScopeError} with the first permission that is missing */
  authorize(principal: Principal, permissions: readonly Permission[]): void
}

/** Parameters that other servers take a token from. Here they never count. */
const TOKEN_PARAMETERS = ['apiKey', 'access_token', 'auth_header']

/** How many subjects are remembered, so that the warning about one is not repeated. */
const MOST_REMEMBERED = 1000

function refuseTokenInUrl(request: Request): void {
  if (!request.url.includes('?') || !request.headers.has('authorization')) return
  const { searchParams } = new URL(request.url)
  if (TOKEN_PARAMETERS.some((name) => searchParams.has(name))) {
    throw new AuthError('request_invalid', 'The request has a token in its URL beside its header.')
  }
}

function toAuthRequest(request: Request): AuthRequest {
  const { headers } = request
  return { raw: request, headers, header: (name) => headers.get(name) ?? undefined }
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

function claimOf<Type>(
  principal: Principal,
  name: string,
  is: (value: unknown) => value is Type,
): Type | undefined {
  const value = Object.hasOwn(principal.claims, name) ? principal.claims[name] : undefined
  return is(value) ? value : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'

/** What the token of a principal can be withdrawn by. */
function revocableToken(principal: Principal, token: string): RevocableToken {
  const { issuer, subject, tokenId } = principal
  return {
    issuer,
    subject,
    tokenId,
    sessionId: claimOf(principal, 'sid', isText),
    issuedAt: claimOf(principal, 'iat', isNumber),
    digest: () => tokenDigest(token),
  }
}

/** What a gate stands on. */
export interface GateOptions {
  /** Who may call; `false` lets everyone in as one principal, `anonymous`. */
  readonly provider: AuthProvider | false
  /** The role table in force. */
  readonly roles: RoleTable
  /** What has been withdrawn, whichever provider it came from; asked on every request. */
  readonly revocations: RevocationList
  readonly logger: Logger
}

/** Makes the gate. */
export function createGate({ provider, roles, revocations, logger }: GateOptions): Gate {
  if (provider === false) {
    const anonymous = { principal: anonymousPrincipal(roles), isRevoked: () => false }
    return { isAuthEnabled: false, authenticate: async () => anonymous, authorize }
  }
  const warnOfExpiry = createExpiryWarning(logger)
  return {
    isAuthEnabled: true,
    async authenticate(request) {
      refuseTokenInUrl(request)
      const token = readBearerToken(request.headers.get('authorization'))
      const principal = await authenticate(provider, token, toAuthRequest(request), roles)
      const revocable = revocableToken(principal, token)
      const isRevoked = () => revocations.isRevoked(revocable)
      if (isRevoked()) throw new TokenError('token_revoked', 'The token was withdrawn.')
      warnOfExpiry(principal)
      return { principal, isRevoked }
    },
    authorize,
  }
}
