import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of an instance of Clerk. */
export interface ClerkFacts {
  /** The URL of the Frontend API, such as `https://clerk.acme.example`. */
  readonly frontendApi: string
  /** The origins of the applications whose tokens are accepted (`azp`), such as `https://app.example`. */
  readonly authorizedParties: string | readonly string[]
}

const FACTS: FactRemedies<ClerkFacts> = {
  frontendApi: "the URL of the Frontend API, such as 'https://clerk.acme.example'",
  authorizedParties:
    "the origins of your applications without a path and a slash, such as ['https://app.example']",
}

/** Whether a text is an origin as browsers write it; also of an extension or an app. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*]+$/

/**
 * The options for session tokens (version 2) of Clerk. A token without `azp` or without `sid` is refused, and so is that of a
 * session with tasks that the user has yet to do (`sts` is `pending`). The role is that in the active organization; its
 * permissions are words for `scopeMap`.
 *
 * @throws {ConfigurationError} `option_invalid` without `authorizedParties`, for one that is not an origin, and for a fact
 *   that is missing, undefined, not known or not a text
 */
export function clerk(given: ClerkFacts): NamedIssuerOptions {
  const facts = readFacts('clerk', given, FACTS)
  const issuer = facts.url('frontendApi')
  const clients = facts.texts('authorizedParties')
  if (!clients.every((each) => ORIGIN.test(each))) {
    facts.refuse('authorizedParties', 'has a text that is not an origin')
  }
  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    clients,
    requiredClaims: ['sid'],
    requiredValues: [{ claim: 'sts', values: 'active', optional: true }],
    claims: { roles: ['o', 'rol'], permissions: ['o', 'per'], client: 'azp' },
  }
}
