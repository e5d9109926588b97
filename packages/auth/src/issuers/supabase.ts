import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a project of Supabase. */
export interface SupabaseFacts {
  /** The URL of the project, such as `https://ref.supabase.co`. */
  readonly url: string
  /** The member of `app_metadata` with the role. Default: `role`. */
  readonly roleMember?: string | undefined
  /** Whether users who signed in anonymously are accepted. Default: false. */
  readonly anonymous?: boolean | undefined
  /** The legacy JWT secret, as long as it still signs tokens beside the key set. Default: only the key set. */
  readonly secret?: string | undefined
}

const FACTS: FactRemedies<SupabaseFacts> = {
  url: "the URL of the project, such as 'https://ref.supabase.co'",
  roleMember: "the member of app_metadata that has the role, such as 'agent_role'",
  anonymous: 'true to accept users who signed in anonymously, or leave it out',
  secret: 'the legacy JWT secret of the project, or leave it out',
}

/**
 * The options for access tokens of Supabase Auth. Anonymous users are refused, unless `anonymous` is true, and so is the
 * legacy key of the project, which is a token without a user. The role stands in `app_metadata`, which users cannot
 * change; the claim `role` is one of the database.
 *
 * @throws {ConfigurationError} `option_invalid` for a fact that is missing, undefined, not known or of another type
 */
export function supabase(given: SupabaseFacts): NamedIssuerOptions {
  const facts = readFacts('supabase', given, FACTS)
  const issuer = `${facts.url('url')}/auth/v1`
  const jwksUri = `${issuer}/.well-known/jwks.json`
  const role = facts.has('roleMember') ? facts.text('roleMember') : 'role'
  return {
    issuer,
    ...(facts.has('secret')
      ? { keys: [{ secret: facts.text('secret'), algorithms: ['HS256'] }, { jwksUri }] }
      : { jwksUri }),
    audience: 'authenticated',
    ...(facts.flag('anonymous') ? {} : { requiredValues: { is_anonymous: false } }),
    requiredClaims: ['session_id'],
    claims: { roles: ['app_metadata', role], session: 'session_id' },
  }
}
