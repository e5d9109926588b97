import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a tenant of Auth0. */
export interface Auth0Facts {
  /** The domain of the tenant, or its own one, such as `acme.eu.auth0.com`. */
  readonly domain: string
  /** The identifier of the API, such as `https://agents.example`. */
  readonly audience: string | readonly string[]
  /** The claim in which an Action writes the roles, such as `https://acme.example/roles`. Default: `role` and `roles`. */
  readonly rolesClaim?: string | undefined
  /** The applications whose tokens are accepted. Default: all to which the tenant gives the audience. */
  readonly clients?: string | readonly string[] | undefined
}

const FACTS: FactRemedies<Auth0Facts> = {
  domain: "the domain of the tenant without https://, such as 'acme.eu.auth0.com'",
  audience: "the identifier of your API at Auth0, such as 'https://agents.example'",
  rolesClaim: "the claim that your Action sets, such as 'https://acme.example/roles'",
  clients: "the client ids of the applications whose tokens are accepted, such as ['SPA1']",
}

/**
 * The options for access tokens of an API of Auth0. ID tokens are refused, as their audience is the client.
 *
 * @throws {ConfigurationError} `option_invalid` for an audience that every token of the tenant has (`/userinfo`), that of
 *   Auth0's own API (`/api/v2/`) or a client, and for a fact that is missing, undefined, not known or not a text
 */
export function auth0(given: Auth0Facts): NamedIssuerOptions {
  const facts = readFacts('auth0', given, FACTS)
  const issuer = `https://${facts.host('domain')}/`
  const audience = facts.texts('audience')
  const clients = facts.has('clients') ? facts.texts('clients') : []
  for (const each of audience) {
    if (/\/userinfo$|\/api\/v2\/?$/.test(each)) {
      facts.refuse('audience', 'has an API of Auth0 itself, for which other tokens are, too')
    }
    if (clients.includes(each)) facts.refuse('audience', 'has a client, as ID tokens do')
  }
  return {
    issuer,
    audience,
    ...(clients.length > 0 ? { clients } : {}),
    ...(facts.has('rolesClaim') ? { claims: { roles: facts.text('rolesClaim') } } : {}),
  }
}
