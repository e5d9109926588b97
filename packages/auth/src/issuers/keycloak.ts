import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a realm of Keycloak. */
export interface KeycloakFacts {
  /** The URL of Keycloak, such as `https://kc.example`; with the path, where it has one. */
  readonly url: string
  /** The name of the realm, such as `acme`. */
  readonly realm: string
  /** What an audience mapper of the realm writes into `aud`. This or `clients` is needed. */
  readonly audience?: string | readonly string[] | undefined
  /** The clients (`azp`) whose tokens are accepted. This or `audience` is needed. */
  readonly clients?: string | readonly string[] | undefined
  /** A client whose roles count beside those of the realm. Default: only the roles of the realm. */
  readonly roleClient?: string | undefined
}

const FACTS: FactRemedies<KeycloakFacts> = {
  url: "the URL of Keycloak without the realm, such as 'https://kc.example'",
  realm: "the name of the realm, such as 'acme'",
  audience: "what the audience mapper of the realm writes, such as 'my-agents', or name clients",
  clients: "the ids of the clients whose tokens are accepted, such as ['web'], or name an audience",
  roleClient: "the id of the client whose roles count, such as 'my-agents'",
}

/**
 * The options for access tokens of a realm of Keycloak. ID tokens are refused: their claim `typ` is neither `Bearer` nor
 * `DPoP`, which tokens have that are bound to a key. Role
 * names that the option `roles` does not have count as absent, as each user has some.
 *
 * @throws {ConfigurationError} `option_invalid` without `audience` and `clients`, for the audience `account`, which each
 *   token may have; for a URL with a realm; and for a fact that is missing, undefined, not known or not a text
 */
export function keycloak(given: KeycloakFacts): NamedIssuerOptions {
  const facts = readFacts('keycloak', given, FACTS)
  const url = facts.url('url')
  if (/\/realms(?:\/|$)/.test(url)) facts.refuse('url', 'has a realm')
  const issuer = `${url}/realms/${facts.segment('realm')}`
  if (!facts.has('audience') && !facts.has('clients')) facts.refuse('audience', 'is missing')
  const audience = facts.has('audience') ? { audience: facts.texts('audience') } : {}
  if (audience.audience?.includes('account') === true) {
    facts.refuse('audience', 'has account, which each token of the realm may have')
  }
  const ofRealm = ['realm_access', 'roles']
  return {
    issuer,
    ...audience,
    ...(facts.has('clients') ? { clients: facts.texts('clients') } : {}),
    requiredValues: { typ: ['Bearer', 'DPoP'] },
    claims: {
      roles: facts.has('roleClient')
        ? [ofRealm, ['resource_access', facts.text('roleClient'), 'roles']]
        : ofRealm,
      client: 'azp',
    },
    unknownRoles: 'ignore',
  }
}
