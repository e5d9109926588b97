import { randomUUID } from 'node:crypto'
import {
  AuthError,
  ConfigurationError,
  ScopeError,
  type AuthProvider,
  type Claims,
  type MastraJwtAuth,
  type Principal,
  type RoleTable,
} from '@signet/auth'
import {
  admitToken,
  API_KEY_ISSUER,
  findUncoveredScope,
  isOutage,
  requestOfBearer,
  tokenHeaderOf,
  withoutProof,
} from '@signet/auth/internal'
import { ownerKey } from '@signet/core'
import type { Incoming } from '../http/incoming.js'
import { RequestError } from '../error/error.js'

/** What a new token is to say. */
export interface TokenWish {
  readonly subject: string
  /** Permissions with spaces between them. */
  readonly scope: string | undefined
  readonly roles: readonly string[] | undefined
  readonly expiresInSeconds: number
  /** Further claims, none of which identifies or grants. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** A token that has been signed, and whose it is. */
export interface SignedToken {
  readonly token: string
  readonly principal: Principal
  /** Its `jti`, by which it can be revoked. */
  readonly tokenId: string
  /** In seconds since 1970. */
  readonly expiresAt: number
}

/** By what tokens are signed and judged. */
export interface SignedBy {
  readonly provider: AuthProvider
  /** The role table in force. */
  readonly roles: RoleTable
}

type Signer = Pick<MastraJwtAuth, 'sign'>

function isSigner(provider: object): provider is Signer {
  return 'sign' in provider && typeof provider.sign === 'function'
}

function refuse(message: string, field = 'root'): never {
  throw new RequestError('request_invalid', message, { issues: [{ field, message }] })
}

/** Names neither scope nor role: nothing is granted then, and no default role counts. */
const NOTHING = { scope: '' }

function claimsOf({ subject, scope, roles, claims }: TokenWish): Claims {
  const grants = {
    ...(scope !== undefined && { scope }),
    ...(roles !== undefined && { roles }),
  }
  return {
    ...claims,
    sub: subject,
    jti: randomUUID(),
    ...(scope === undefined && roles === undefined ? NOTHING : grants),
  }
}

/** What the server makes of a token that it would not have said; an outage is none of it. */
function explainFailure(error: unknown): never {
  if (AuthError.isInstance(error) && !isOutage(error)) {
    refuse(`The application would refuse the token (${error.code}): ${error.message}`)
  }
  if (ConfigurationError.isInstance(error)) refuse(error.message)
  throw error
}

/** Signs, and has the token judged as the gate would judge it. */
async function signAndJudge(
  { provider, roles }: SignedBy,
  wish: TokenWish,
  request: Incoming,
): Promise<SignedToken> {
  if (!isSigner(provider)) refuse('The provider of this application cannot sign tokens.')
  try {
    const { expiresInSeconds } = wish
    const token: unknown = provider.sign(claimsOf(wish), { expiresInSeconds })
    if (typeof token !== 'string')
      refuse('The provider of this application did not return the token as a text.')
    const bearer = withoutProof(requestOfBearer(token, request, tokenHeaderOf(provider)))
    const { principal } = await admitToken(provider, token, bearer, roles)
    const { expiresAt, tokenId } = principal
    if (expiresAt === undefined || tokenId === undefined) {
      refuse('The provider of this application did not sign exp and jti as requested.')
    }
    return { token, principal, tokenId, expiresAt }
  } catch (error) {
    return explainFailure(error)
  }
}

/**
 * Whether two principals are one caller with one memory. The provider says who owns what is stored, from any claim, and
 * the issuer is part of it.
 */
function isSameCaller(one: Principal, other: Principal): boolean {
  return (
    one.subject === other.subject &&
    one.issuer === other.issuer &&
    ownerKey(one) === ownerKey(other)
  )
}

/** @throws {ScopeError} where the maker does not hold everything */
function requireAll(maker: Principal): void {
  if (findUncoveredScope(['*'], maker.permissions) === undefined) return
  throw new ScopeError('*', maker.ignoredGrants)
}

/**
 * Signs a token that grants no more than its maker may do. Judged is the signed token itself, by provider and
 * role table, so that what it grants is what the gate would let it do; one that grants more is thrown away.
 *
 * @throws {RequestError} `request_invalid` where the provider has no secret to sign with, where it would refuse
 *   the token, or for a role that is not known
 * @throws {ScopeError} with the first scope that the maker does not hold; `*` for a token of another subject, issuer or
 *   owner, whose memory it would reach
 * @throws {AuthError} `access_denied` for an API key
 */
export async function signForMaker(
  by: SignedBy,
  wish: TokenWish,
  { maker, request }: { readonly maker: Principal; readonly request: Incoming },
): Promise<SignedToken> {
  if (maker.issuer === API_KEY_ISSUER) {
    throw new AuthError(
      'access_denied',
      'An API key cannot make tokens, because they would outlive it.',
    )
  }
  if (wish.subject !== maker.subject) requireAll(maker)
  // A provider may grant less than is asked for, but nobody asks for what they do not hold.
  const asked = wish.scope?.split(' ').filter((word) => word !== '') ?? []
  const signed = await signAndJudge(by, wish, request)
  if (!isSameCaller(signed.principal, maker)) requireAll(maker)
  const [unknown] = signed.principal.ignoredGrants
  if (unknown !== undefined) refuse(`${JSON.stringify(unknown)} grants nothing here.`, 'roles')
  const uncovered = findUncoveredScope(
    [...asked, ...signed.principal.permissions.granted],
    maker.permissions,
  )
  if (uncovered !== undefined) throw new ScopeError(uncovered, maker.ignoredGrants)
  return signed
}
