import { freezeGrants, freezeRoleTable } from '../access/role.js'
import { readCredential } from '../bearer/credential.js'
import { tokenHeaderOf } from '../bearer/token-header.js'
import { AuthError, ConfigurationError, TokenError, type AuthErrorCode } from '../error.js'
import { isHmacAlgorithm, isAlgorithm } from '../jws/algorithm.js'
import type { ProofRequest } from '../dpop/proof-request.js'
import { boundThumbprint, type DpopMode } from '../dpop/confirmation.js'
import { defaultDpop, type DpopRules } from '../dpop/options.js'
import { requireProof } from '../dpop/require-proof.js'
import type { CacheOptions, VerificationPolicy } from '../jwt/policy.js'
import type { Claims } from '../jwt/claims.js'
import { explainByKeys } from '../jwt/explain-token.js'
import type { Explanation } from '../explain/checks.js'
import { explainPasted } from '../explain/explain-pasted.js'
import { readPasted } from '../advice/pasted.js'
import { readParts } from '../advice/token-parts.js'
import { unreadRoles } from '../advice/unread-roles.js'
import { isOpaqueToken, type OpaqueVerifier } from '../introspection/opaque-verifier.js'
import { probeIntrospection } from '../introspection/probe.js'
import { signToken, type SignOptions } from '../jwt/sign.js'
import type { Advice, KeyFacts } from '../advice/advice.js'
import { IssuerIndex } from '../jwt/issuer-index.js'
import { isOfIssuer } from '../jwt/tenant.js'
import { createVerifier, type Verifier } from '../jwt/verify.js'
import { probeDiscovery, probeKeySet, type KeyProbe } from '../keys/probe.js'
import type { RevocationList } from '../revocation/revocation-list.js'
import type { OptionNames, Remedies } from '../option/closed-options.js'
import { revocableOf, tokenNamesOf } from '../revocation/revocable.js'
import type { AuthProvider, AuthRequest, UserAccess } from './auth-provider.js'
import { describeIssuer, type ProviderDescription } from './description.js'
import { ISSUER_OPTIONS, readIssuer, type Issuer, type IssuerOptions } from './issuer-options.js'
import { ownMember } from '../lib/object.js'
import { nonEmptyText } from '../lib/text.js'
import { userOf, type JwtUser } from './jwt-user.js'
import { placeText } from '../claim/claim-map.js'
import { signingSecretOf } from './issuer-keys.js'
import { readOptions } from '../option/read-options.js'
import { Notices } from './notices.js'
import { createOpaqueVerifier } from './opaque-issuer.js'
import {
  A_FUNCTION,
  A_TEXT,
  checkForms,
  checkFunctions,
  checkOptions,
  refuseUndefined,
} from './option-checks.js'
import { keepRules, type KeptPathRules, type PathRule } from './path-rule.js'
import type { TokenForm } from './token-form.js'

/** Refusals of a token whose signature is good. */
const CLAIM_CODES: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  'token_audience',
  'token_claim',
  'token_type',
  'token_expired',
  'token_not_active',
])

/** An issuer among several. Without keys its OpenID metadata names them. */
export type NamedIssuerOptions = IssuerOptions & { readonly issuer: string | readonly string[] }

/**
 * Options of `MastraJwtAuth`. What is left out never opens anything. Without keys and without an issuer,
 * the secret is that of the environment: `MASTRA_JWT_SECRET`, then `JWT_AUTH_SECRET`.
 */
export interface MastraJwtAuthOptions extends IssuerOptions {
  /**
   * Several issuers, each with its own keys, audience and rules, and with what it may grant: a token of one
   * that is signed with a key of another is refused. In place of the options of one issuer.
   */
  readonly issuers?: readonly NamedIssuerOptions[] | undefined
  /** Whether a token without `exp` is refused. Default: true, but false where `NODE_ENV` is `development`. */
  readonly requireExpiry?: boolean | undefined
  /** Largest token, in bytes. Default: 8192 (8 KiB). */
  readonly maxTokenBytes?: number | undefined
  /** How much memory verified tokens may take; false for none. Default: 32 MiB. */
  readonly cache?: CacheOptions | false | undefined
  /** Tokens that were revoked. Default: none. */
  readonly revocation?: RevocationList | undefined
  /** Says how Studio shows a user. Default: `sub` or `id`, `email`, `name` and `picture` of the claims. */
  readonly mapUser?: ((claims: Claims) => JwtUser | null) | undefined
  /** Who owns what a user stores. Synchronous. Default: the subject. */
  readonly mapUserToResourceId?: ((claims: Claims) => string | null | undefined) | undefined
  /** Whether a user may call at all. Default: every user whose token verifies. */
  readonly authorizeUser?:
    | ((claims: Claims, request: AuthRequest) => boolean | Promise<boolean>)
    | undefined
  /**
   * The header in which the proxy in front sends the token, such as `Cf-Access-Jwt-Assertion`: the token alone, without
   * `Bearer`. `Authorization` is then not looked at. Default: `Authorization`.
   */
  readonly tokenHeader?: string | undefined
  /** For logs. Default: `jwt`. */
  readonly name?: string | undefined
  /** Accepted for compatibility: names declared custom routes, and cannot open a built-in one. */
  readonly public?: readonly PathRule[] | undefined
  /** Accepted for compatibility, like `public`. */
  readonly protected?: readonly PathRule[] | undefined
  /** Fetches key sets and metadata. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What claims of no known issuer grant. */
const NO_ACCESS: UserAccess = Object.freeze({
  roles: freezeRoleTable({}),
  grants: freezeGrants([]),
})

/** Claims that signing adds. */
const MADE: ReadonlySet<string> = new Set(['exp', 'iat'])

/** Room for more than ten thousand short tokens, or five thousand such as OpenID providers give. */
const DEFAULT_CACHE: CacheOptions = { maxBytes: 32 * 1024 * 1024 }

const OPTIONS: OptionNames<MastraJwtAuthOptions> = {
  ...ISSUER_OPTIONS,
  issuers: true,
  requireExpiry: true,
  maxTokenBytes: true,
  cache: true,
  revocation: true,
  mapUser: true,
  mapUserToResourceId: true,
  authorizeUser: true,
  tokenHeader: true,
  name: true,
  public: true,
  protected: true,
  fetch: true,
  now: true,
}

/** Options that count for all issuers. */
const BESIDE_ISSUERS: Remedies = {
  tokenHeader:
    'Write it beside issuers: all issuers of a provider read one header. Of a preset that has it: const { tokenHeader, ...access } = cloudflareAccess({ … }), then { tokenHeader, issuers: [access] }.',
}

function isDevelopment(): boolean {
  return process.env['NODE_ENV'] === 'development'
}

function secretFromEnvironment(): string | undefined {
  return process.env['MASTRA_JWT_SECRET'] ?? process.env['JWT_AUTH_SECRET']
}

/** The options of the one issuer, with the secret of the environment where nothing else is said. */
function withSecret(options: MastraJwtAuthOptions): IssuerOptions {
  const hasKeys = ['secret', 'publicKey', 'jwks', 'jwksUri', 'keys'].some(
    (name) => Reflect.get(options, name) !== undefined,
  )
  const isSilent = !hasKeys && (options.issuer === undefined || 'secret' in options)
  return isSilent ? { ...options, secret: secretFromEnvironment() } : options
}

function issuerOptions(options: MastraJwtAuthOptions): readonly IssuerOptions[] {
  const { issuers } = options
  if (issuers === undefined) return [withSecret(options)]
  // A copy, because a hole is not looked at.
  const isList =
    Array.isArray(issuers) && Array.from(issuers).every((each) => Object(each) === each)
  if (!isList) {
    throw new ConfigurationError(
      'option_invalid',
      "The option issuers must be a list of objects. Write one for each issuer, such as { issuer: 'https://login.example.com', audience: 'my-api' }.",
    )
  }
  const read = issuers.map((issuer) => readOptions(issuer))
  read.forEach((issuer, index) =>
    checkOptions('MastraJwtAuth', issuer, ISSUER_OPTIONS, `issuers.${index}.`, BESIDE_ISSUERS),
  )
  const beside = Object.keys(ISSUER_OPTIONS).find((name) => name in options)
  if (beside !== undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `The option ${beside} cannot stand beside issuers. Write it in each entry of issuers.`,
    )
  }
  return read
}

/** The policy of a verifier: the rules of one, or of each. */
function policyOf(issuers: readonly Issuer[], options: MastraJwtAuthOptions): VerificationPolicy {
  const { maxTokenBytes, now, revocation, cache = DEFAULT_CACHE } = options
  const common = { maxTokenBytes, now, revocation, cache }
  const [first] = issuers
  if (options.issuers === undefined && first !== undefined) return { ...first.rules, ...common }
  return {
    ...common,
    issuers: issuers.map(({ rules }) => ({ ...rules, issuer: rules.issuer ?? [] })),
  }
}

/** The variable that `signet token` signs with, where its secret is the first one here, which signs. */
function variableOf(secret: IssuerOptions['secret']): string | undefined {
  const variable =
    process.env['MASTRA_JWT_SECRET'] === undefined ? 'JWT_AUTH_SECRET' : 'MASTRA_JWT_SECRET'
  const first: unknown = Array.isArray(secret) ? secret[0] : secret
  return typeof first === 'string' && first !== '' && process.env[variable] === first
    ? variable
    : undefined
}

/** Whether tokens must be bound to a key, as far as the application says so. */
function dpopOf(issuers: readonly Issuer[]): DpopMode | undefined {
  if (!issuers.some(({ namesDpop }) => namesDpop)) return undefined
  return issuers.every(({ dpop }) => dpop.mode === 'required') ? 'required' : 'optional'
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

/**
 * Authenticates requests by JSON Web Tokens: the provider for `server.auth`. A strict verifier with
 * safe defaults, and the maker of tokens where it has a secret.
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 *
 * export const auth = new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'], audience: 'my-agents' })
 * ```
 */
export class MastraJwtAuth implements AuthProvider<Claims> {
  readonly name: string
  readonly defaultRole: string | undefined
  /** In lower case; undefined for `Authorization`. */
  readonly tokenHeader: string | undefined
  /** Whether tokens must be bound to a key: of every issuer, of some, or undefined where the option `dpop` is left out. */
  readonly dpop: DpopMode | undefined
  readonly public: KeptPathRules | undefined
  readonly protected: KeptPathRules | undefined
  readonly #issuers: readonly Issuer[]
  readonly #policy: VerificationPolicy
  readonly #verifier: Verifier
  /** Verifies opaque tokens, where an issuer is asked about them. */
  readonly #opaque: OpaqueVerifier | undefined
  readonly #options: MastraJwtAuthOptions
  readonly #requiresExpiry: boolean
  /** Of the secret that signs, where it stands in one. */
  readonly #variable: string | undefined
  readonly #notices = new Notices()
  readonly #issuerOfName = new IssuerIndex<Issuer>()
  /** For claims of no known issuer. */
  readonly #defaultDpop: DpopRules

  /**
   * @throws {ConfigurationError} for a secret or a key that is missing, weak or none, for options that
   *   would accept more than they seem to, and for an option that is not known; its message says what to do
   */
  constructor(given: MastraJwtAuthOptions = {}) {
    const options = readOptions(given)
    checkOptions('MastraJwtAuth', options, OPTIONS)
    refuseUndefined(options, ['tokenHeader', 'issuers', 'revocation'])
    checkFunctions(options, ['authorizeUser', 'mapUserToResourceId'])
    checkForms(options, { mapUser: A_FUNCTION, fetch: A_FUNCTION, now: A_FUNCTION, name: A_TEXT })
    this.#options = { ...options }
    const { requireExpiry = !isDevelopment() } = options
    this.#requiresExpiry = requireExpiry !== false
    const { fetch, now } = options
    const context = {
      requireExpiry: this.#requiresExpiry,
      isDevelopment: isDevelopment(),
      fetch,
      now,
      notify: (notice: string) => this.#notices.add(notice),
    }
    const issuers = issuerOptions(options)
    this.#issuers = issuers.map((each) => readIssuer(each, context))
    const signs = this.#issuers.findIndex(({ signingKey }) => signingKey !== undefined)
    this.#variable = variableOf(signingSecretOf(issuers[signs] ?? {}))
    this.#policy = policyOf(this.#issuers, options)
    this.#verifier = createVerifier(this.#policy)
    this.#opaque = createOpaqueVerifier(this.#issuers, this.#policy, options)
    for (const issuer of this.#issuers) {
      const { plain, templates } = issuer.issuers
      this.#issuerOfName.add({ plain: [...new Set(plain)], templates }, issuer)
    }
    this.name = options.name ?? 'jwt'
    this.tokenHeader = tokenHeaderOf(options)
    this.dpop = dpopOf(this.#issuers)
    this.#defaultDpop = defaultDpop(now)
    const [only, ...others] = this.#issuers
    this.defaultRole = others.length === 0 ? only?.defaultRole : undefined
    this.public = options.public && keepRules(options.public, 'public')
    this.protected = options.protected && keepRules(options.protected, 'protected')
  }

  /**
   * Whether a token is this provider's: of one of its issuers, or, where it accepts any, signed with an
   * algorithm of its kind of key. An opaque token is, where an issuer is asked about them.
   */
  accepts({ isJwt, issuer, algorithm, token }: TokenForm): boolean {
    if (!isJwt) return this.#opaque !== undefined && isOpaqueToken(token)
    const [only] = this.#issuers
    if (this.#issuerOfName.size > 0) return this.#issuerOfName.get(issuer) !== undefined
    if (!isAlgorithm(algorithm)) return false
    const isHmac = isHmacAlgorithm(algorithm)
    return only?.sources.some(({ isSecret }) => isSecret === isHmac) === true
  }

  /**
   * Verifies a token and returns its claims, deep-frozen: of an opaque token, what its issuer says of it. A token that is bound to a
   * key (`cnf.jkt`, RFC 9449) also needs the proof of its request, each time anew.
   *
   * @param request - that the token came with. Without it a token that is bound is refused
   * @throws {TokenError} with the reason
   * @throws {AuthError} `keys_unavailable`, `proofs_unavailable`
   */
  async authenticateToken(token: string, request?: ProofRequest): Promise<Claims> {
    const verified = this.#verify(token)
    // Each turn of waiting costs as much as the look-up of a token that is remembered.
    const claims = verified instanceof Promise ? await verified : verified
    const thumbprint = claims['cnf'] === undefined ? undefined : boundThumbprint(claims)
    if (thumbprint === undefined) return claims
    await requireProof(
      {
        token,
        thumbprint,
        isInAuthorization: this.tokenHeader === undefined,
        rules: this.#issuerOf(claims)?.dpop ?? this.#defaultDpop,
        now: (this.#options.now ?? Date.now)(),
      },
      request,
    )
    return claims
  }

  /** The claims of a token, whoever has sent it. */
  #verify(token: string): Claims | Promise<Claims> {
    if (this.#opaque !== undefined && typeof token === 'string' && isOpaqueToken(token)) {
      return this.#opaque.verify(token)
    }
    const verified = this.#verifier.verifySync(token)
    return verified instanceof Promise ? verified.then(({ claims }) => claims) : verified.claims
  }

  /**
   * Runs the verifier's own steps on a token and says what became of each, and what to do where one fails: for whoever
   * runs the server.
   */
  async explainToken(token: unknown): Promise<Explanation> {
    const opaque = this.#opaque
    if (
      opaque !== undefined &&
      typeof token === 'string' &&
      isOpaqueToken(readPasted(token).token)
    ) {
      const now = (this.#options.now ?? Date.now)() / 1000
      return explainPasted(token, (each) => opaque.explain(each), now)
    }
    const explanation = await explainByKeys(token, this.#policy, (issuer, algorithm) =>
      this.#factsOf(issuer, algorithm),
    )
    const warnings = this.#unreadOf(token, explanation)
    return warnings.length === 0 ? explanation : { ...explanation, warnings }
  }

  /** Which roles of a token would not be read, were it not refused for a claim. Of an accepted one the principal tells more. */
  #unreadOf(token: unknown, { code }: Explanation): readonly Advice[] {
    if (typeof token !== 'string' || code === undefined || !CLAIM_CODES.has(code)) return []
    const { claims } = readParts(readPasted(token).token)
    const iss = ownMember(claims, 'iss')
    const issuer = this.#issuerOf({ iss: typeof iss === 'string' ? iss : undefined })
    if (claims === undefined || issuer === undefined) return []
    const { claimMap, roles } = issuer.access
    return unreadRoles(claims, { claimMap, roles: roles && Object.keys(roles) })
  }

  /** What this provider accepts, as plain data without a secret or a key: for the operator. */
  describe(): ProviderDescription {
    return { issuers: this.#issuers.map(describeIssuer) }
  }

  /**
   * Tells what the operator should know: a secret that somebody pasted with
   * white space or quotes, and, each time that a key set is another, which of its entries are left out.
   */
  reportTo(tell: (notice: string) => void): void {
    this.#notices.reportTo(tell)
  }

  /**
   * Fetches the keys of each issuer that has them at an address, past every cache, and tells what came of it. An introspection
   * endpoint is asked about a token that nobody has issued.
   */
  async probeKeys(): Promise<readonly KeyProbe[]> {
    const { fetch, now } = this.#options
    const probes = this.#issuers.flatMap(({ sources, introspection }) => [
      ...sources.map(({ origin: { kind, url } }) => {
        if (url === undefined) return undefined
        const probe = kind === 'discovery' ? probeDiscovery : probeKeySet
        return probe(url, { fetch, now })
      }),
      introspection === undefined ? undefined : probeIntrospection(introspection, fetch),
    ])
    return await Promise.all(probes.filter((probe) => probe !== undefined))
  }

  /** Whether a user may call: the option `authorizeUser`, else every user with a subject. */
  async authorizeUser(claims: Claims, request: AuthRequest): Promise<boolean> {
    if (this.#options.authorizeUser === undefined) return this.#subjectOf(claims) !== undefined
    return this.#options.authorizeUser(claims, request)
  }

  /** Who owns what a user stores: the option `mapUserToResourceId`, else the subject. */
  mapUserToResourceId(claims: Claims): string | null | undefined {
    const { mapUserToResourceId } = this.#options
    return (
      (mapUserToResourceId === undefined ? undefined : mapUserToResourceId(claims)) ??
      this.#subjectOf(claims)
    )
  }

  /** The default role of the issuer of these claims. */
  defaultRoleOf(claims: Claims): string | undefined {
    return this.#issuerOf(claims)?.defaultRole
  }

  /** The role names of the issuer of these claims, and the most that it may grant: nothing where it is not known. */
  accessOf(claims: Claims): UserAccess {
    return this.#issuerOf(claims)?.access ?? NO_ACCESS
  }

  /** The claim `exp`, and how much later it is still taken; undefined for a token that never expires. */
  expiryOf(claims: Claims): number | undefined {
    const { clockToleranceSeconds = 0 } = this.#issuerOf(claims)?.rules ?? {}
    return claims.exp === undefined ? undefined : claims.exp + clockToleranceSeconds
  }

  /**
   * The issuer of these claims by its name; where any is accepted, that this is so, and by which kind of key.
   * Undefined for an issuer that it does not know.
   */
  voucherOf(claims: Claims): string | undefined {
    const issuer = this.#issuerOf(claims)
    if (issuer === undefined) return undefined
    const { names, isSecret } = issuer
    // Claims of another issuer may have been verified before: by other keys, with less to grant.
    if (names === undefined) {
      const kinds = new Set(issuer.sources.map((source) => source.isSecret))
      const kind = isSecret ? 'secret' : kinds.size > 1 ? 'secret or public key' : 'public key'
      return JSON.stringify(['any issuer', kind])
    }
    const { iss = '' } = claims
    return isOfIssuer(claims, issuer.rules) ? JSON.stringify(['issuer', iss]) : undefined
  }

  /**
   * Claims that were verified once.
   * @throws {TokenError} `token_revoked` where their token, its session or all that their subject was given has
   *   been revoked since
   */
  recallUser(claims: Claims, voucher: string): Claims | undefined {
    if (this.voucherOf(claims) !== voucher) return undefined
    const { revocation } = this.#options
    const names = tokenNamesOf(claims, this.#issuerOf(claims)?.access.claimMap)
    // Nobody has the token itself any more; its digest is judged where the key is.
    if (revocation?.isRevoked(revocableOf(claims, () => '', names)) === true) {
      throw new TokenError('token_revoked', 'The token of these claims was revoked.')
    }
    return claims
  }

  /** How Studio shows a user; null where the claims name none. */
  mapUser(claims: Claims): JwtUser | null {
    const { mapUser } = this.#options
    return mapUser === undefined
      ? userOf(claims, this.#issuerOf(claims)?.access.claimMap)
      : mapUser(claims)
  }

  /** The user of a request, or null where its token is missing or refused. */
  async getCurrentUser(request: Request): Promise<JwtUser | null> {
    const { headers, method } = request
    const header = (name: string) => headers.get(name) ?? undefined
    try {
      const token = readCredential({ header, method, query: '' }, this.tokenHeader)
      const asked = { raw: request, headers, header }
      const claims = await this.authenticateToken(token, asked)
      const isAuthorized = await this.authorizeUser(claims, asked)
      return isAuthorized === true ? this.mapUser(claims) : null
    } catch (error) {
      if (AuthError.isInstance(error)) return null
      throw error
    }
  }

  /** A token cannot be looked up by its user: always null, as in Mastra. */
  async getUser(_userId: string): Promise<JwtUser | null> {
    return null
  }

  /**
   * Signs a token that this provider accepts: with its first secret, and with its first issuer, its
   * first audience and its `typ`, unless given.
   *
   * @throws {ConfigurationError} `secret_missing` where it has public keys only; `option_invalid`, also for
   *   a token without expiry where one is required
   * @throws {TokenError} `token_claim` for a claim of a wrong type, or one that is required and missing
   */
  sign(claims: Claims, options: SignOptions = {}): string {
    const signer = this.#issuers.find(({ signingKey }) => signingKey !== undefined)
    const map = signer?.access.claimMap
    if ((map === undefined ? nonEmptyText(claims.sub) : map.read(claims).subject) === undefined) {
      const claim = placeText('subject', map)
      throw new TokenError('token_claim', `The claims have no subject (${claim}).`, { claim })
    }
    if (signer?.signingKey === undefined) {
      throw new ConfigurationError(
        'secret_missing',
        'The provider has no secret to sign with. Its tokens are made by the issuer, which has the private keys.',
      )
    }
    const { rules, signingKey } = signer
    const { requiredClaims = [] } = rules
    const isEndless = claims.exp === undefined && options.expiresInSeconds === undefined
    if (isEndless && requiredClaims.includes('exp')) {
      throw new ConfigurationError(
        'option_invalid',
        'The token must expire. Give the option expiresInSeconds, or the claim exp.',
      )
    }
    const all: Claims = { iss: first(rules.issuer), aud: first(rules.audience), ...claims }
    const claim = requiredClaims.find((name) => !MADE.has(name) && all[name] === undefined)
    if (claim !== undefined) {
      throw new TokenError(
        'token_claim',
        `The claim ${claim} is missing, which the option requiredClaims names.`,
        { claim },
      )
    }
    const { now } = this.#options
    return signToken(all, signingKey, { typ: rules.typ, now, ...options })
  }

  /**
   * What can be told of the keys for tokens of an issuer; of one that is not known, of those that sign. Of several
   * sources, what can be told of the one that serves the algorithm.
   */
  #factsOf(issuer: unknown, algorithm: unknown): KeyFacts | undefined {
    const [only, ...others] = this.#issuers
    const named = typeof issuer === 'string' ? this.#issuerOfName.get(issuer) : undefined
    const signer = this.#issuers.find(({ signingKey }) => signingKey !== undefined)
    const meant = named ?? (others.length === 0 ? only : (signer ?? only))
    const [single, ...more] = meant?.sources ?? []
    const serving = meant?.sources.find(({ algorithms }) =>
      algorithms.some((each) => each === algorithm),
    )
    const source = more.length === 0 ? single : serving
    if (meant === undefined || source === undefined) return undefined
    const { isSecret, origin } = source
    const { typ } = meant.rules
    const canMake = meant === signer && isSecret && (typ === undefined || typ === 'JWT')
    return {
      isSecret,
      secretBytes: origin.secrets.map(({ byteLength }) => byteLength),
      url: origin.url,
      variable: canMake ? this.#variable : undefined,
      slip: origin.secrets.find(({ slip }) => slip !== undefined)?.slip,
    }
  }

  /** Whom claims name: `sub`, or where the issuer says. */
  #subjectOf(claims: Claims): string | undefined {
    const map = this.#issuerOf(claims)?.access.claimMap
    return map === undefined ? nonEmptyText(claims.sub) : map.read(claims).subject
  }

  /** The issuer of verified claims: the one, or of several the one they name, whose rules they have satisfied. */
  #issuerOf({ iss }: Claims): Issuer | undefined {
    // Asked several times for each request: taking the list apart would make an array each time.
    const issuers = this.#issuers
    return issuers.length === 1 ? issuers[0] : this.#issuerOfName.get(iss ?? '')
  }
}
