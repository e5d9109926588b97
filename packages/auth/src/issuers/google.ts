import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a client at Google. */
export interface GoogleFacts {
  /** The client id of the server, which tokens have as audience. */
  readonly clientId: string | readonly string[]
  /** The organizations of Google Workspace (`hd`) whose users are accepted, such as `acme.example`. Default: every Google account. */
  readonly hostedDomain?: string | readonly string[] | undefined
  /** The clients that may ask for a token for the server (`azp`), such as that of an Android app. Default: `clientId`. */
  readonly clients?: string | readonly string[] | undefined
}

const ID = "'123.apps.googleusercontent.com'"
const FACTS: FactRemedies<GoogleFacts> = {
  clientId: `the client id of your server, such as ${ID}`,
  hostedDomain: "the domain of the organization in lower case, such as 'acme.example'",
  clients: `the client ids of your applications, such as [${ID}]`,
}

const CLIENT = /^[a-z0-9-]+\.apps\.googleusercontent\.com$/
const DOMAIN = /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/

/**
 * The options for ID tokens of Google. They do not have roles: write `defaultRole`. The token of a service account is
 * refused, as anybody can get one for any audience: its `azp` is not one of the clients.
 *
 * @throws {ConfigurationError} `option_invalid` for a client id that Google does not give, and for a fact that is missing,
 *   undefined, not known or not a text
 */
export function google(given: GoogleFacts): NamedIssuerOptions {
  const facts = readFacts('google', given, FACTS)
  const clientIds = (name: 'clientId' | 'clients') => {
    const ids = facts.texts(name)
    return ids.every((id) => CLIENT.test(id)) ? ids : facts.refuse(name, 'is not a client id')
  }
  const audience = clientIds('clientId')
  const domains = facts.has('hostedDomain') ? facts.texts('hostedDomain') : []
  if (!domains.every((domain) => DOMAIN.test(domain))) {
    facts.refuse('hostedDomain', 'is not a domain in lower case')
  }
  return {
    issuer: 'https://accounts.google.com',
    audience,
    clients: facts.has('clients') ? clientIds('clients') : audience,
    ...(domains.length > 0 ? { requiredValues: { hd: domains } } : {}),
    claims: { client: 'azp' },
  }
}
