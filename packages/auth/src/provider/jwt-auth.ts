import { createVerifier, type Verifier } from '../jwt/verify.js'
import type { Algorithm } from '../jwt/algorithm.js'
import type { Claims } from '../jwt/claims.js'
import { signToken, type SignOptions } from '../jwt/sign.js'
import { AuthError, ConfigurationError, TokenError } from '../error.js'
import { readBearerToken } from '../bearer/header.js'
import { secretBytes, secretKeys, type Secret, type SecretKeys } from '../keys/secret.js'
import { isSampleSecret } from '../keys/secret-quality.js'
import type { AuthProvider, AuthRequest, PathRule } from './contract.js'

/** A user as Studio shows one. */
export interface JwtUser {
  readonly id: string
  readonly email?: string
  readonly name?: string
  readonly avatarUrl?: string
}

/** Options of `MastraJwtAuth`. What is left out never opens anything. */
export interface MastraJwtAuthOptions {
  /**
   * The shared secret, or several: the first signs, all verify. At least 32 bytes. Default: the
   * environment variable `MASTRA_JWT_SECRET`, then `JWT_AUTH_SECRET`.
   */
  readonly secret?: Secret | readonly Secret[]
  /** Algorithms accepted. Default: what each secret is long enough for. */
  readonly algorithms?: readonly Algorithm[]
  /** Accepted issuers (`iss`, RFC 7519 section 4.1.1). Default: any, or none. */
  readonly issuer?: string | readonly string[]
  /** This server's names (`aud`, RFC 7519 section 4.1.3). Default: any, or none. */
  readonly audience?: string | readonly string[]
  /** The header's `typ`. Default: any. */
  readonly typ?: string
  /** Whether a token without `exp` is refused. Default: true, but false where `NODE_ENV` is `development`. */
  readonly requireExpiry?: boolean
  /** Claims that every token must have beside `sub`, which always is. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Oldest token accepted, in seconds since its `iat`. Default: any age. */
  readonly maxTokenAgeSeconds?: number
  /** How far the clocks may differ, in seconds. Default: 0. */
  readonly clockToleranceSeconds?: number
  /** Largest token, in bytes. Default: 8192 (8 KiB). */
  readonly maxTokenBytes?: number
  /** The role of a token that names neither role nor scope. Default: `member`; null for none. */
  readonly defaultRole?: string | null
  /** Says how Studio shows a user. Default: `sub` or `id`, `email`, `name` and `picture` of the claims. */
  readonly mapUser?: (claims: Claims) => JwtUser | null
  /** Who owns what a user stores. Synchronous. Default: the subject. */
  readonly mapUserToResourceId?: (claims: Claims) => string | null | undefined
  /** Whether a user may call at all. Default: every user whose token verifies. */
  readonly authorizeUser?: (claims: Claims, request: AuthRequest) => boolean | Promise<boolean>
  /** For logs. Default: `jwt`. */
  readonly name?: string
  /** Accepted for compatibility: names declared custom routes, and cannot open a built-in one. */
  readonly public?: readonly PathRule[]
  /** Accepted for compatibility, like `public`. */
  readonly protected?: readonly PathRule[]
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

function isDevelopment(): boolean {
  return process.env['NODE_ENV'] === 'development'
}

function secretFromEnvironment(): string | undefined {
  return process.env['MASTRA_JWT_SECRET'] ?? process.env['JWT_AUTH_SECRET']
}

function asSecretList(secret: Secret | readonly Secret[]): readonly Secret[] {
  return Array.isArray(secret) ? secret : [secret as Secret]
}

function readSecret(options: MastraJwtAuthOptions): Secret | readonly Secret[] {
  const secret = options.secret ?? secretFromEnvironment()
  if (secret === undefined || secret === null) {
    throw new ConfigurationError(
      'secret_missing',
      'There is no secret. Set MASTRA_JWT_SECRET, or the option secret. Make a good one with: npx signet secret',
    )
  }
  if (!isDevelopment() && asSecretList(secret).some((each) => isSampleSecret(secretBytes(each)))) {
    throw new ConfigurationError(
      'secret_is_sample',
      'The secret is printed in public documentation, so anyone can sign with it; it serves only with NODE_ENV=development. Make a good one with: npx signet secret',
    )
  }
  return secret
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function defaultMapUser(claims: Claims): JwtUser | null {
  const id = text(claims.sub) ?? text(claims['id'])
  if (id === undefined) return null
  return {
    id,
    email: text(claims['email']),
    name: text(claims['name']),
    avatarUrl: text(claims['avatarUrl']) ?? text(claims['avatar_url']) ?? text(claims['picture']),
  }
}

/**
 * Refuses a rule that was written out but has no value, such as `issuer: process.env.ISSUER` where
 * the variable is not set: taken as left out, it would accept every issuer.
 */
function refuseUndefinedRules(options: MastraJwtAuthOptions): void {
  for (const rule of ['algorithms', 'issuer', 'audience', 'typ'] as const) {
    if (rule in options && options[rule] === undefined) {
      throw new ConfigurationError(
        'option_invalid',
        `The option ${rule} is undefined. Give it a value, or leave it out to accept any.`,
      )
    }
  }
}

/**
 * Authenticates requests by JSON Web Tokens: the provider for `server.auth`. A strict verifier with
 * safe defaults, and the maker of tokens for the same secret.
 */
export class MastraJwtAuth implements AuthProvider<Claims> {
  readonly name: string
  readonly defaultRole: string | undefined
  readonly public: readonly PathRule[] | undefined
  readonly protected: readonly PathRule[] | undefined
  readonly #keys: SecretKeys
  readonly #verifier: Verifier
  readonly #options: MastraJwtAuthOptions
  readonly #requiresExpiry: boolean

  /**
   * @throws {ConfigurationError} `secret_missing`, `secret_too_short`, `secret_is_public_key`,
   *   `secret_is_sample` (unless `NODE_ENV` is `development`), `algorithm_unknown`, `option_invalid`
   */
  constructor(options: MastraJwtAuthOptions = {}) {
    refuseUndefinedRules(options)
    const { algorithms, requireExpiry = !isDevelopment(), requiredClaims = [] } = options
    this.name = options.name ?? 'jwt'
    this.defaultRole = options.defaultRole === null ? undefined : (options.defaultRole ?? 'member')
    this.public = options.public
    this.protected = options.protected
    this.#options = { ...options }
    this.#requiresExpiry = requireExpiry !== false
    this.#keys = secretKeys(readSecret(options), { algorithms })
    this.#verifier = createVerifier({
      keys: this.#keys,
      algorithms,
      issuer: options.issuer,
      audience: options.audience,
      typ: options.typ,
      maxTokenAgeSeconds: options.maxTokenAgeSeconds,
      clockToleranceSeconds: options.clockToleranceSeconds,
      maxTokenBytes: options.maxTokenBytes,
      now: options.now,
      requiredClaims: ['sub', this.#requiresExpiry ? 'exp' : [], requiredClaims].flat(),
    })
  }

  /**
   * Verifies a token and returns its claims, deep-frozen.
   * @throws {TokenError} with the reason
   */
  async authenticateToken(token: string): Promise<Claims> {
    return (await this.#verifier.verify(token)).claims
  }

  /** Whether a user may call: the option `authorizeUser`, else every user with a subject. */
  async authorizeUser(claims: Claims, request: AuthRequest): Promise<boolean> {
    if (this.#options.authorizeUser === undefined) return text(claims.sub) !== undefined
    return this.#options.authorizeUser(claims, request)
  }

  /** Who owns what a user stores: the option `mapUserToResourceId`, else undefined for the subject. */
  mapUserToResourceId(claims: Claims): string | null | undefined {
    return this.#options.mapUserToResourceId?.(claims)
  }

  /** How Studio shows a user; null where the claims name none. */
  mapUser(claims: Claims): JwtUser | null {
    return (this.#options.mapUser ?? defaultMapUser)(claims)
  }

  /** The user of a request, or null where its token is missing or refused. */
  async getCurrentUser(request: Request): Promise<JwtUser | null> {
    const { headers } = request
    const header = (name: string) => headers.get(name) ?? undefined
    try {
      const claims = await this.authenticateToken(readBearerToken(headers.get('authorization')))
      const isAuthorized = await this.authorizeUser(claims, { raw: request, headers, header })
      return isAuthorized === true ? this.mapUser(claims) : null
    } catch (error) {
      if (AuthError.isInstance(error)) return null
      throw error
    }
  }

  /** A token cannot be looked up by its user: always null, as in the original. */
  async getUser(_userId: string): Promise<JwtUser | null> {
    return null
  }

  /**
   * Signs a token that this provider accepts: with its first secret, and with its first issuer, its
   * first audience and its `typ`, unless given.
   * @throws {ConfigurationError} `option_invalid`, also for a token without expiry where one is required
   * @throws {TokenError} `token_claim` for a claim of a wrong type, or a missing subject
   */
  sign(claims: Claims, options: SignOptions = {}): string {
    if (text(claims.sub) === undefined) {
      throw new TokenError('token_claim', 'The claims name no subject.', { claim: 'sub' })
    }
    const { issuer, audience, typ, now } = this.#options
    const isEndless = claims.exp === undefined && options.expiresInSeconds === undefined
    if (this.#requiresExpiry && isEndless) {
      throw new ConfigurationError('option_invalid', 'The token needs expiresInSeconds or exp.')
    }
    const policy = { iss: first(issuer), aud: first(audience) }
    return signToken({ ...policy, ...claims }, this.#keys.signingKey, { typ, now, ...options })
  }
}
