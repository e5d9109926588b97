import type { RequiredValue } from '../claim/required-value.js'
import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a project of Firebase. */
export interface FirebaseFacts {
  /** The id of the project, such as `acme-1`. */
  readonly projectId: string
  /** Custom claims that are roles: `admin: true` is the role `admin`, and a text or a list has role names. Default: `role` and `roles`. */
  readonly roleClaims?: string | readonly string[] | undefined
  /** Whether the user must have an email address that is verified; anonymous users do not have one. Default: false. */
  readonly verifiedEmail?: boolean | undefined
  /** The tenants of Identity Platform whose users are accepted (`firebase.tenant`). Default: each user of the project. */
  readonly tenant?: string | readonly string[] | undefined
}

const FACTS: FactRemedies<FirebaseFacts> = {
  projectId: "the id of the project, such as 'acme-1'",
  roleClaims: "the names of custom claims that only your server sets, such as ['admin']",
  verifiedEmail: 'true, or leave it out',
  tenant:
    "the ids of the tenants of Identity Platform whose users are accepted, such as 'acme-x7k2p'",
}

/** Claims that Firebase fills, some of them with what users say of themselves. */
const FILLED = new Set(
  'iss sub aud exp iat auth_time user_id firebase provider_id name picture email email_verified phone_number sign_in_provider'.split(
    ' ',
  ),
)

/**
 * The options for ID tokens of Firebase Authentication, which its clients send to servers. Session cookies are refused:
 * they have another issuer.
 *
 * @throws {ConfigurationError} `option_invalid` for a role claim that Firebase fills itself, such as `name`, and for a fact
 *   that is missing, undefined, not known or of another type
 */
export function firebase(given: FirebaseFacts): NamedIssuerOptions {
  const facts = readFacts('firebase', given, FACTS)
  const project = facts.segment('projectId')
  const roleClaims = facts.has('roleClaims') ? facts.texts('roleClaims') : ['role', 'roles']
  if (roleClaims.some((name) => FILLED.has(name))) {
    facts.refuse('roleClaims', 'has a claim that Firebase fills itself')
  }
  const required: readonly RequiredValue[] = [
    ...(facts.flag('verifiedEmail') ? [{ claim: 'email_verified', values: true }] : []),
    ...(facts.has('tenant')
      ? [{ claim: ['firebase', 'tenant'], values: facts.texts('tenant') }]
      : []),
  ]
  return {
    issuer: `https://securetoken.google.com/${project}`,
    audience: project,
    ...(required.length > 0 ? { requiredValues: required } : {}),
    claims: { roles: roleClaims.map((name) => [name]) },
  }
}
