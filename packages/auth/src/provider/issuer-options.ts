import { parseGrant } from '../access/permission.js'
import { checkRoleTable, freezeGrants, freezeRoleTable, type RoleTable } from '../access/role.js'
import { ConfigurationError } from '../error.js'
import { isAlgorithm, isHmacAlgorithm, type Algorithm } from '../jws/algorithm.js'
import { ISSUED_AHEAD_SECONDS } from '../revocation/ahead.js'
import type { TokenRules } from '../jwt/policy.js'
import type { KeySource, SigningKey } from '../keys/key-source.js'
import { discoverKeySet } from '../keys/discovery.js'
import { ignoredWords } from '../keys/ignored-keys.js'
import { readKeySet, type IgnoredKey, type JwkSet, type KeySet } from '../keys/key-set.js'
import { keyOrigin, type KeyOrigin } from '../keys/origin.js'
import { publicKeys, type PublicKeyInput } from '../keys/public-keys.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { secretBytes, secretKeys, type Secret } from '../keys/secret.js'
import { measureSecret, type SecretMeasure } from '../keys/secret-measure.js'
import { isSampleSecret } from '../keys/secret-quality.js'
import type { OptionNames } from '../option/closed-options.js'
import type { UserAccess } from './auth-provider.js'
import { MAPPING_OPTIONS, readMapping, type MappingOptions } from './mapping-options.js'
import { refuseUndefined } from './option-checks.js'
import { asList } from '../lib/as-list.js'

/** Whose tokens are accepted, and what they may grant. Keys are of one kind. */
export interface IssuerOptions extends MappingOptions {
  /** A shared secret, or several: the first signs, all verify. */
  readonly secret?: Secret | readonly Secret[] | undefined
  /** A public key, PEM (SPKI or PKCS#1) or JWK, or several that all verify. */
  readonly publicKey?: PublicKeyInput | readonly PublicKeyInput[] | undefined
  /** A key set (RFC 7517 section 5). */
  readonly jwks?: JwkSet | undefined
  /** The address of a key set: https, or http on this machine. */
  readonly jwksUri?: string | URL | undefined
  /**
   * Accepted values of `iss`. Alone, without keys, one https URL whose OpenID metadata names the keys.
   * With a key set it is needed, unless `false` is written out, which accepts any. With a secret or a
   * public key the default is any.
   */
  readonly issuer?: string | readonly string[] | false | undefined
  /** `aud` must name one of these. Needed with public keys, unless `clients` is said or `false` is written out. Default: any. */
  readonly audience?: string | readonly string[] | false | undefined
  /** Algorithms accepted, of those that the keys fit. Default: all of them. */
  readonly algorithms?: readonly Algorithm[] | undefined
  /** The header's `typ`. Default: any. */
  readonly typ?: string | undefined
  /** `at+jwt`: only access tokens as RFC 9068 has them; an ID token is none. Needs issuer and audience. Default: any token. */
  readonly profile?: 'at+jwt' | undefined
  /** Claims that every token must have beside `sub`, which always is. Default: none. */
  readonly requiredClaims?: readonly string[] | undefined
  /** Oldest token accepted, in seconds since its `iat`. Default: any age. */
  readonly maxTokenAgeSeconds?: number | undefined
  /** How far the clocks may differ, in seconds. Default: 0. */
  readonly clockToleranceSeconds?: number | undefined
  /** The role of a token that names neither role nor scope. Default: `member` for a secret, none for public keys; null for none. */
  readonly defaultRole?: string | null | undefined
  /** What the role names of this issuer grant. Default for a secret: the server's role table; else they grant nothing. */
  readonly roles?: RoleTable | undefined
  /** The most that a token of this issuer can grant. Default: everything. */
  readonly grants?: readonly string[] | undefined
}

/** What goes into reading the options of an issuer beside themselves. */
export interface IssuerContext {
  readonly requireExpiry: boolean
  readonly isDevelopment: boolean
  readonly fetch: typeof globalThis.fetch | undefined
  readonly now: (() => number) | undefined
  /** Is told what the operator should know. */
  readonly notify: (notice: string) => void
}

/** An issuer that has been read. */
export interface Issuer {
  readonly rules: TokenRules
  /** The names that its tokens have in `iss`; undefined for any. */
  readonly names: readonly string[] | undefined
  /** Whether its keys are secrets. */
  readonly isSecret: boolean
  readonly origin: KeyOrigin
  /** Where tokens can be made with its keys. */
  readonly signingKey: SigningKey | undefined
  readonly defaultRole: string | undefined
  /** How its claims are read, and what they grant. Frozen, and the same object for all its tokens. */
  readonly access: UserAccess
}

/** The names of the options of one issuer. */
export const ISSUER_OPTIONS: OptionNames<IssuerOptions> = {
  ...MAPPING_OPTIONS,
  secret: true,
  publicKey: true,
  jwks: true,
  jwksUri: true,
  issuer: true,
  audience: true,
  algorithms: true,
  typ: true,
  profile: true,
  requiredClaims: true,
  maxTokenAgeSeconds: true,
  clockToleranceSeconds: true,
  defaultRole: true,
  roles: true,
  grants: true,
}

const KEY_OPTIONS = ['secret', 'publicKey', 'jwks', 'jwksUri'] as const
type KeyOption = (typeof KEY_OPTIONS)[number]

/** The claims of an access token (RFC 9068 section 2.2). */
const ACCESS_TOKEN_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

/** Options that only ever close: one that is undefined would open what it was written to close. */
const RULES = [
  ...KEY_OPTIONS.filter((name) => name !== 'secret'),
  'algorithms',
  'issuer',
  'audience',
  'typ',
  'profile',
  'requiredClaims',
  'maxTokenAgeSeconds',
  'roles',
  'grants',
] as const satisfies readonly (keyof IssuerOptions)[]

/** Tells which entries of a key set are left out. The address is told without its query, in which some have a credential. */
function ignoredTeller(notify: IssuerContext['notify']) {
  return (url: URL | undefined, ignored: readonly IgnoredKey[]): void => {
    const place = url === undefined ? '' : ` at ${url.origin}${url.pathname}`
    if (ignored.length === 0) {
      notify(
        `The key set${place} is empty, so every token of its issuer is refused. Have the issuer publish a signing key, or check the address.`,
      )
      return
    }
    const count = ignored.length === 1 ? 'an entry' : `${ignored.length} entries`
    notify(
      `The key set${place} has ${count} that cannot be used; the other keys are used. ${ignoredWords(ignored)}`,
    )
  }
}

/** Tells what somebody seems to have pasted along with a secret: it counts, and may not for the issuer. */
function tellSlips(secrets: readonly SecretMeasure[], notify: IssuerContext['notify']): void {
  for (const [index, { slip }] of secrets.entries()) {
    if (slip === undefined) continue
    const which = secrets.length === 1 ? 'The secret' : `Secret ${index + 1} of ${secrets.length}`
    notify(
      `${which} has ${slip}, which is part of it: a token that was signed without is refused. Remove it, unless the signer has the same.`,
    )
  }
}

function readSecret(secret: IssuerOptions['secret'], { isDevelopment }: IssuerContext) {
  if (secret === undefined || secret === null) {
    throw new ConfigurationError(
      'secret_missing',
      'A secret is missing. Set MASTRA_JWT_SECRET, or the option secret. Make a good one with: npx signet secret',
    )
  }
  const isSample = asList<Secret>(secret).some((each) => isSampleSecret(secretBytes(each)))
  if (isSample && !isDevelopment) {
    throw new ConfigurationError(
      'secret_is_sample',
      'The secret is printed in public documentation, so anyone can sign with it. It is accepted only with NODE_ENV=development. Make a good one with: npx signet secret',
    )
  }
  return secret
}

/** The names of `iss`; undefined for any. */
function readNames({ issuer }: IssuerOptions): readonly string[] | undefined {
  return issuer === undefined || issuer === false ? undefined : asList(issuer)
}

function readAudience(
  { audience, clients }: IssuerOptions,
  isSecret: boolean,
): TokenRules['audience'] {
  if (audience === undefined && clients === undefined && !isSecret) {
    refuse(
      'The option audience is missing. An issuer with public keys also signs tokens for other servers. Name the audience of this server, name in clients who may ask for tokens, or write audience: false to accept any.',
    )
  }
  return audience === false ? undefined : audience
}

function requireIssuer(options: IssuerOptions): void {
  if (options.issuer !== undefined) return
  refuse(
    'The option issuer is missing. Name the issuer that the key set belongs to, or write issuer: false to accept any.',
  )
}

function discover(names: readonly string[] | undefined, context: IssuerContext): KeySource {
  const { fetch, now, notify } = context
  const onIgnored = ignoredTeller(notify)
  const [name, ...others] = names ?? []
  if (name === undefined || others.length > 0) {
    return refuse(
      'Without the options secret, publicKey, jwks and jwksUri, the option issuer must name one issuer. Its metadata names the keys.',
    )
  }
  return discoverKeySet(name, { fetch, now, onIgnored })
}

interface IssuerKeys {
  readonly keys: KeySource
  readonly signingKey?: SigningKey | undefined
  readonly origin: KeyOrigin
}

function isForPublicKeys(algorithm: Algorithm): boolean {
  return !isHmacAlgorithm(algorithm)
}

/**
 * A policy that can accept nothing is a mistake. What is not an algorithm at all is refused elsewhere.
 * @throws {ConfigurationError} `algorithm_unknown`
 */
function requireServed(
  algorithms: IssuerOptions['algorithms'],
  isServed: (algorithm: Algorithm) => boolean,
): void {
  if (!Array.isArray(algorithms) || !algorithms.every(isAlgorithm)) return
  if (algorithms.some(isServed)) return
  throw new ConfigurationError(
    'algorithm_unknown',
    'The keys do not fit the option algorithms, so every token would be refused.',
  )
}

/** @throws {ConfigurationError} `key_set_invalid` for a set of which nothing can be used, as nothing is ever added to it */
function readStaticSet(jwks: JwkSet | undefined): KeySet {
  const set = readKeySet(jwks)
  if (set.size > 0) return set
  throw new ConfigurationError(
    'key_set_invalid',
    `The key set has no usable key. ${ignoredWords(set.ignored)}`.trim(),
  )
}

function readKeys(
  kind: KeyOption | undefined,
  options: IssuerOptions,
  context: IssuerContext,
): IssuerKeys {
  const { publicKey, jwks, jwksUri, algorithms } = options
  const { fetch, now, notify } = context
  const onIgnored = ignoredTeller(notify)
  switch (kind) {
    case 'secret': {
      const secret = readSecret(options.secret, context)
      const keys = secretKeys(secret, { algorithms })
      const secrets = asList<Secret>(secret).map((each) => measureSecret(secretBytes(each)))
      tellSlips(secrets, notify)
      const origin = keyOrigin('secret', { count: secrets.length, secrets })
      return { keys, signingKey: keys.signingKey, origin }
    }
    case 'publicKey': {
      const count = asList<PublicKeyInput>(publicKey ?? []).length
      const keys = publicKeys(publicKey ?? [])
      requireServed(algorithms, (algorithm) => keys.algorithms.includes(algorithm))
      return { keys, origin: keyOrigin('public key', { count }) }
    }
    case 'jwks': {
      requireIssuer(options)
      const keys = readStaticSet(jwks)
      if (keys.ignored.length > 0) onIgnored(undefined, keys.ignored)
      requireServed(algorithms, (algorithm) => keys.algorithms.includes(algorithm))
      return { keys, origin: keyOrigin('key set', { count: keys.size, ignored: keys.ignored }) }
    }
    case 'jwksUri': {
      requireIssuer(options)
      requireServed(algorithms, isForPublicKeys)
      const keys = createRemoteKeySet(jwksUri ?? '', { fetch, now, onIgnored })
      return { keys, origin: keyOrigin('key set URL', { url: String(jwksUri) }) }
    }
    case undefined: {
      requireServed(algorithms, isForPublicKeys)
      const names = readNames(options)
      const keys = discover(names, context)
      return { keys, origin: keyOrigin('discovery', { url: names?.[0] }) }
    }
  }
}

/** What the profile asks for is compared, not only there (RFC 9068 section 4). */
function readType({ typ, profile, issuer, audience }: IssuerOptions): string | undefined {
  if (profile === undefined) return typ
  if (profile !== 'at+jwt') refuse('The option profile is not known. Write at+jwt.')
  if (typ !== undefined) refuse('The option profile sets the type. Leave the option typ out.')
  if (!issuer || !audience) refuse('The option profile needs the options issuer and audience.')
  return profile
}

const NO_ROLES = freezeRoleTable({})

/** The role names of a stranger are its own: what they grant here, only the application can say. */
function readRoles(
  { roles, defaultRole }: IssuerOptions,
  isSecret: boolean,
): RoleTable | undefined {
  if (roles === undefined) return isSecret ? undefined : NO_ROLES
  checkRoleTable(roles)
  if (typeof defaultRole === 'string' && !Object.hasOwn(roles, defaultRole)) {
    refuse(
      `The option defaultRole is ${JSON.stringify(defaultRole)}, which is not a name in the option roles.`,
    )
  }
  return freezeRoleTable(roles)
}

/** Also for callers without types: a cap that is not a list would else fail on every request. */
function checkGrants(grants: unknown): void {
  if (grants === undefined) return
  if (!Array.isArray(grants)) refuse('The option grants must be a list of permissions.')
  const entries: readonly unknown[] = grants
  for (const entry of entries) {
    if (typeof entry === 'string' && parseGrant(entry) !== undefined) continue
    refuse(
      `The option grants has ${JSON.stringify(entry)}, which is not a permission. Write resource:action or resource:action:id.`,
    )
  }
}

/** @throws {ConfigurationError} for options that cannot be, or would accept more than they seem to */
export function readIssuer(options: IssuerOptions, context: IssuerContext): Issuer {
  refuseUndefined(options, RULES)
  const kinds = KEY_OPTIONS.filter((name) => options[name] !== undefined)
  if (kinds.length > 1) {
    refuse(
      `An issuer has keys of one kind, and this one has ${kinds.join(' and ')}. Give each an entry of its own in the option issuers.`,
    )
  }
  const isSecret = kinds[0] === 'secret' || 'secret' in options
  const names = readNames(options)
  const { keys, signingKey, origin } = readKeys(isSecret ? 'secret' : kinds[0], options, context)
  const { requiredClaims = [], defaultRole = isSecret ? 'member' : null, profile } = options
  checkGrants(options.grants)
  const profileClaims = profile === undefined ? [] : ACCESS_TOKEN_CLAIMS
  const expiry = context.requireExpiry ? ['exp'] : []
  const mapping = readMapping(options)
  // Where the subject stands elsewhere, it is required there.
  const subject = options.claims?.subject === undefined ? ['sub'] : []
  return {
    names,
    isSecret,
    origin,
    signingKey,
    defaultRole: defaultRole ?? undefined,
    access: Object.freeze({
      roles: readRoles(options, isSecret),
      grants: options.grants && freezeGrants(options.grants),
      claimMap: mapping.rules.claimMap,
      scopeMap: mapping.scopeMap,
      unknownRoles: mapping.unknownRoles,
    }),
    rules: {
      keys,
      algorithms: options.algorithms,
      issuer: names,
      audience: readAudience(options, isSecret),
      typ: readType(options),
      maxTokenAgeSeconds: options.maxTokenAgeSeconds,
      clockToleranceSeconds: options.clockToleranceSeconds,
      issuedAheadSeconds: ISSUED_AHEAD_SECONDS,
      ...mapping.rules,
      requiredClaims: [...new Set([...subject, ...expiry, ...profileClaims, ...requiredClaims])],
    },
  }
}
