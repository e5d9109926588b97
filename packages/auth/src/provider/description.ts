import type { RoleTable } from '../access/role.js'
import type { TenantRule } from '../jwt/tenant.js'
import type { KeyOrigin } from '../keys/origin.js'
import type { Issuer } from './issuer-options.js'
import { asList } from '../lib/as-list.js'
import { isObject } from '../lib/object.js'
import { isTextList } from '../lib/text.js'

/** What a provider accepts of one issuer. Plain data; no secret and no key is in it. */
export interface IssuerDescription {
  /** Accepted values of `iss`; undefined for any. */
  readonly issuer: readonly string[] | undefined
  /** Which tenants of the issuer are accepted; undefined where its names have no variable. */
  readonly tenant: TenantRule | undefined
  readonly keys: KeyOrigin
  /** Accepted values of `aud`; undefined for any. */
  readonly audience: readonly string[] | undefined
  /** Clients that a token may have been issued to; undefined for any. */
  readonly clients: readonly string[] | undefined
  /** Whether a token without `exp` is refused. */
  readonly requiresExpiry: boolean
  /** Oldest token accepted, since its `iat`; undefined for any age. */
  readonly maxTokenAgeSeconds: number | undefined
  /** The role of a token that names neither role nor scope. */
  readonly defaultRole: string | undefined
  /** What the role names of this issuer grant; undefined for the server's role table. */
  readonly roles: RoleTable | undefined
  /** The most that its tokens can grant; undefined for everything. */
  readonly grants: readonly string[] | undefined
  /** Where the issuer is asked about opaque tokens, and how this server says there who it is. Default: opaque tokens are refused. */
  readonly introspection?:
    | { readonly endpoint: string; readonly method: 'client_secret_basic' | 'private_key_jwt' }
    | undefined
}

/** What a provider accepts. */
export interface ProviderDescription {
  readonly issuers: readonly IssuerDescription[]
}

/** Describes an issuer that has been read. */
export function describeIssuer(issuer: Issuer): IssuerDescription {
  const { introspection } = issuer
  const { tenant, audience, clients, requiredClaims, maxTokenAgeSeconds } = issuer.rules
  return {
    issuer: issuer.names,
    tenant,
    keys: issuer.origin,
    audience: audience === undefined ? undefined : asList(audience),
    clients,
    requiresExpiry: requiredClaims?.includes('exp') ?? false,
    maxTokenAgeSeconds,
    defaultRole: issuer.defaultRole,
    roles: issuer.access.roles,
    grants: issuer.access.grants,
    ...(introspection !== undefined && {
      introspection: { endpoint: introspection.endpoint.href, method: introspection.method },
    }),
  }
}

/** Whether a value says of issuers what `describe` of ours says: a method of that name may be the application's own. */
function isDescription(value: unknown): value is ProviderDescription {
  if (!isObject(value) || !('issuers' in value) || !Array.isArray(value.issuers)) return false
  return value.issuers.every(
    (each: unknown) =>
      isObject(each) && 'issuer' in each && (each.issuer === undefined || isTextList(each.issuer)),
  )
}

/** What a provider accepts, as far as it says so: nothing of one without `describe`, or with another one. Never throws. */
export function descriptionOf(provider: object): ProviderDescription {
  try {
    const describe: unknown = Reflect.get(provider, 'describe')
    const said: unknown = typeof describe === 'function' ? describe.call(provider) : undefined
    return isDescription(said) ? said : { issuers: [] }
  } catch {
    return { issuers: [] }
  }
}
