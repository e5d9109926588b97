import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of an environment of WorkOS AuthKit. */
export interface WorkosFacts {
  /** The client id of the environment, such as `client_01H…`. */
  readonly clientId: string
  /** What tokens have in `iss`, where the environment has a domain of its own. Default: the name that WorkOS gives it. */
  readonly issuer?: string | undefined
  /** What a JWT template of the environment writes into `aud`. Default: any, as tokens do not have it without a template. */
  readonly audience?: string | readonly string[] | undefined
}

const FACTS: FactRemedies<WorkosFacts> = {
  clientId: "the client id of the environment, such as 'client_01HXYZ'",
  audience:
    "what the JWT template of the environment writes into aud, such as 'https://agents.example'",
  issuer: "what your tokens have in iss, such as 'https://auth.acme.example'",
}

/**
 * The options for session access tokens of WorkOS AuthKit. Keys and issuer belong to one client. The tokens have an audience
 * only if a JWT template writes one. A token without `sid` is refused, and one that names another client. Who impersonates a user is in `principal.actors`; `actors: false` beside the
 * preset refuses that.
 *
 * @throws {ConfigurationError} `option_invalid` for a client id that does not begin with `client_`, and for a fact that is
 *   missing, undefined, not known or not a text
 */
export function workos(given: WorkosFacts): NamedIssuerOptions {
  const facts = readFacts('workos', given, FACTS)
  const client = facts.segment('clientId')
  if (!client.startsWith('client_')) facts.refuse('clientId', 'does not begin with client_')
  return {
    issuer: facts.has('issuer')
      ? facts.text('issuer')
      : `https://api.workos.com/user_management/${client}`,
    jwksUri: `https://api.workos.com/sso/jwks/${client}`,
    audience: facts.has('audience') ? facts.texts('audience') : false,
    requiredClaims: ['sid'],
    requiredValues: [{ claim: 'client_id', values: client, optional: true }],
  }
}
