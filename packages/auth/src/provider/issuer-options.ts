import { parseGrant } from '../access/permission.js'
import { checkRoleTable, freezeGrants, freezeRoleTable, type RoleTable } from '../access/role.js'
import { ConfigurationError } from '../error.js'
import { defaultDpop, readDpop, type DpopOptions, type DpopRules } from '../dpop/options.js'
import { ISSUED_AHEAD_SECONDS } from '../revocation/ahead.js'
import {
  readIntrospection,
  type Introspection,
  type IntrospectionOptions,
} from '../introspection/options.js'
import type { TokenRules } from '../jwt/policy.js'
import { issuerNames, readTenant, type IssuerNames, type TenantRule } from '../jwt/tenant.js'
import type { SigningKey } from '../keys/key-source.js'
import type { KeyOrigin } from '../keys/origin.js'
import type { OptionNames } from '../option/closed-options.js'
import type { UserAccess } from './auth-provider.js'
import {
  KEY_OPTIONS,
  readIssuerKeys,
  type IssuerContext,
  type IssuerKeySource,
  type KeySourceOptions,
} from './issuer-keys.js'
import { MAPPING_OPTIONS, readMapping, type MappingOptions } from './mapping-options.js'
import { A_ROLE, checkForms, refuseUndefined } from './option-checks.js'
import { asList } from '../lib/as-list.js'
import { isTextList, shownValue } from '../lib/text.js'

/** Whose tokens are accepted, and what they may grant. Keys are of one kind, but for those of `keys`. */
export interface IssuerOptions extends KeySourceOptions, MappingOptions {
  /**
   * Several sources of keys, for an issuer that changes its kind of key: in place of `secret`, `publicKey`, `jwks` and
   * `jwksUri`. The algorithm of a token says which source it is tried with, so no algorithm may stand in two of them.
   * Needs `issuer`. Defaults are those of public keys, unless every source is a secret.
   */
  readonly keys?: readonly KeySourceOptions[] | undefined
  /**
   * Accepted values of `iss`. Alone, without keys, one https URL whose OpenID metadata names the keys.
   * With a key set it is needed, unless `false` is written out, which accepts any. With a secret or a
   * public key the default is any.
   */
  readonly issuer?: string | readonly string[] | false | undefined
  /**
   * Which tenants of the issuer are accepted, where `issuer` has the variable `{tenant}` in place of the tenant, as
   * `https://login.example/{tenant}/v2.0`. The claim that it names must be equal to the tenant in `iss`. Needs public keys,
   * such as `jwksUri`. Default: `issuer` has no variable.
   */
  readonly tenant?: TenantRule | undefined
  /** `aud` must name one of these. Needed with public keys, unless `clients` is said or `false` is written out. Default: any. */
  readonly audience?: string | readonly string[] | false | undefined
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
  /** Where this issuer is asked about its opaque tokens (RFC 7662). Needs `issuer` with one name. Default: opaque tokens are refused. */
  readonly introspection?: IntrospectionOptions | undefined
  /**
   * Whether a token must be bound to a key of its client (`cnf.jkt`, RFC 9449), and how the proofs of such tokens are checked: a
   * mode, or an object with it. Default: `'optional'`, by which a token that is bound is refused without its proof, and
   * one that is not is a bearer token.
   */
  readonly dpop?: 'required' | 'optional' | DpopOptions | undefined
}

/** An issuer that has been read. */
export interface Issuer {
  readonly rules: TokenRules
  /** The names that its tokens have in `iss`, and templates of them; undefined for any. */
  readonly names: readonly string[] | undefined
  /** The same, apart; empty for any. */
  readonly issuers: IssuerNames
  /** Whether all its keys are secrets. */
  readonly isSecret: boolean
  /** Each source of its keys: one, unless the option `keys` has several. */
  readonly sources: readonly IssuerKeySource[]
  readonly origin: KeyOrigin
  /** Where tokens can be made with its keys. */
  readonly signingKey: SigningKey | undefined
  /** Where it is asked about its opaque tokens; undefined where these are refused. */
  readonly introspection: Introspection | undefined
  /** How proofs of its bound tokens are checked. */
  readonly dpop: DpopRules
  /** Whether the option `dpop` was written. */
  readonly namesDpop: boolean
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
  keys: true,
  issuer: true,
  tenant: true,
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
  introspection: true,
  dpop: true,
}

/** The claims of an access token (RFC 9068 section 2.2). */
const ACCESS_TOKEN_CLAIMS = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

/** Options that only ever close: one that is undefined would open what it was written to close. */
const RULES = [
  ...KEY_OPTIONS.filter((name) => name !== 'secret'),
  'keys',
  'algorithms',
  'issuer',
  'tenant',
  'audience',
  'typ',
  'profile',
  'requiredClaims',
  'maxTokenAgeSeconds',
  'roles',
  'grants',
  'introspection',
  'dpop',
] as const satisfies readonly (keyof IssuerOptions)[]

/** The names of `iss`, or templates of them; undefined for any. */
function readNames({ issuer }: IssuerOptions): readonly string[] | undefined {
  return issuer === undefined || issuer === false ? undefined : asList(issuer)
}

/** Nobody can find the keys of an issuer that is not one, and a secret would sign for every tenant. */
function checkTenantKeys(options: IssuerOptions): void {
  const { keys } = options
  const isSecret =
    'secret' in options ||
    (Array.isArray(keys) && keys.some((each) => Object.hasOwn(Object(each), 'secret')))
  if (isSecret) {
    refuse(
      'The option tenant needs public keys, and the issuer has a secret. Name its key set by jwksUri.',
    )
  }
  if (KEY_OPTIONS.every((name) => options[name] === undefined) && keys === undefined) {
    refuse('The option tenant needs public keys. Name the key set of the issuer by jwksUri.')
  }
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
      `The option grants has ${shownValue(entry)}, which is not a permission. Write resource:action or resource:action:id.`,
    )
  }
}

/** @throws {ConfigurationError} for options that cannot be, or would accept more than they seem to */
export function readIssuer(options: IssuerOptions, context: IssuerContext): Issuer {
  refuseUndefined(options, RULES)
  checkForms(options, { defaultRole: A_ROLE })
  const names = readNames(options)
  const tenant = readTenant('MastraJwtAuth', names, options.tenant)
  if (tenant !== undefined) checkTenantKeys(options)
  const issuers = issuerNames({ issuer: names, tenant })
  const { keys, algorithms, isSecret, sources, signingKey, origin } = readIssuerKeys(
    options,
    names,
    context,
  )
  const { requiredClaims = [], defaultRole = isSecret ? 'member' : null, profile } = options
  checkGrants(options.grants)
  if (!isTextList(requiredClaims)) {
    refuse("The option requiredClaims must be a list of the names of claims, such as ['tid'].")
  }
  const profileClaims = profile === undefined ? [] : ACCESS_TOKEN_CLAIMS
  const expiry = context.requireExpiry ? ['exp'] : []
  const mapping = readMapping(options)
  const namesDpop = 'dpop' in options
  const dpop = namesDpop ? readDpop(options.dpop, context.now) : defaultDpop(context.now)
  // Where the subject stands elsewhere, it is required there.
  const subject = options.claims?.subject === undefined ? ['sub'] : []
  return {
    names: names && [...issuers.plain, ...issuers.templates],
    issuers,
    isSecret,
    sources,
    origin,
    signingKey,
    introspection:
      'introspection' in options
        ? readIntrospection(options.introspection, { names, now: context.now })
        : undefined,
    dpop,
    namesDpop,
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
      algorithms,
      issuer: names,
      tenant,
      audience: readAudience(options, isSecret),
      typ: readType(options),
      maxTokenAgeSeconds: options.maxTokenAgeSeconds,
      clockToleranceSeconds: options.clockToleranceSeconds,
      issuedAheadSeconds: ISSUED_AHEAD_SECONDS,
      ...mapping.rules,
      binding: dpop.mode,
      requiredClaims: [...new Set([...subject, ...expiry, ...profileClaims, ...requiredClaims])],
    },
  }
}
