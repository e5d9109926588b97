import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a server of Better Auth with the plugin `jwt`. */
export interface BetterAuthFacts {
  /** Its `baseURL`, such as `https://app.example`, which tokens have in `iss`. */
  readonly url: string
  /** What tokens have in `aud`. Default: `url`, as in the plugin. */
  readonly audience?: string | readonly string[] | undefined
  /** The address of the key set. Default: `/api/auth/jwks` below `url`. */
  readonly jwksUri?: string | undefined
}

const FACTS: FactRemedies<BetterAuthFacts> = {
  url: "the baseURL of Better Auth, such as 'https://app.example'",
  audience: "what the plugin jwt has as audience, such as 'https://agents.example'",
  jwksUri: "the address of the key set, such as 'https://app.example/api/auth/jwks'",
}

/**
 * The options for tokens of the plugin `jwt` of Better Auth. The role is the field `role` of the user. Leave it out of what
 * users may set (`input: false`).
 *
 * @throws {ConfigurationError} `option_invalid` for a fact that is missing, undefined, not known or not a text
 */
export function betterAuth(given: BetterAuthFacts): NamedIssuerOptions {
  const facts = readFacts('betterAuth', given, FACTS)
  const issuer = facts.url('url')
  return {
    issuer,
    jwksUri: facts.has('jwksUri') ? facts.url('jwksUri') : `${issuer}/api/auth/jwks`,
    audience: facts.has('audience') ? facts.texts('audience') : issuer,
    claims: { roles: 'role', subject: 'sub' },
  }
}
