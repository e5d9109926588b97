import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a custom authorization server of Okta. */
export interface OktaFacts {
  /** The domain of the organization, such as `acme.okta.com`. */
  readonly domain: string
  /** The id of the authorization server, such as `default`. */
  readonly authorizationServer: string
  /** The audience of the authorization server, such as `api://default`. */
  readonly audience: string | readonly string[]
  /** The applications whose tokens are accepted (`cid`). Default: all that the authorization server serves. */
  readonly clients?: string | readonly string[] | undefined
}

const FACTS: FactRemedies<OktaFacts> = {
  domain: "the domain of the organization without https://, such as 'acme.okta.com'",
  authorizationServer:
    "the id of a custom authorization server, such as 'default' (only Okta can verify the tokens of the server of the organization itself)",
  audience: "the audience of the authorization server, such as 'api://default'",
  clients: "the client ids of the applications whose tokens are accepted, such as ['0oabc']",
}

/** The host of the Admin Console, which no token names. */
const ADMIN = /-admin\.(?:okta|oktapreview|okta-emea)\.com$/

/**
 * The options for access tokens of a custom authorization server of Okta. ID tokens are refused: they do not have `cid`.
 * The subject is `uid`, which stays when a user is renamed; for a service, which does not have one, `sub`. Roles are the
 * groups; those that the option `roles` does not have count as absent, as each user is in one.
 *
 * @throws {ConfigurationError} `option_invalid` for the domain of the Admin Console, an audience that is a client, and for a fact that is missing,
 *   undefined, not known or not a text
 */
export function okta(given: OktaFacts): NamedIssuerOptions {
  const facts = readFacts('okta', given, FACTS)
  const domain = facts.host('domain')
  if (ADMIN.test(domain)) facts.refuse('domain', 'is that of the Admin Console')
  const issuer = `https://${domain}/oauth2/${facts.segment('authorizationServer')}`
  const audience = facts.texts('audience')
  const clients = facts.has('clients') ? facts.texts('clients') : []
  if (audience.some((each) => clients.includes(each))) {
    facts.refuse('audience', 'has a client, as ID tokens do')
  }
  return {
    issuer,
    audience,
    ...(clients.length > 0 ? { clients } : {}),
    requiredClaims: ['cid'],
    claims: { roles: 'groups', client: 'cid', subject: [['uid'], ['sub']] },
    unknownRoles: 'ignore',
  }
}
