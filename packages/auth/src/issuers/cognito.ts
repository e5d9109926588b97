import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of a user pool of Amazon Cognito. */
export interface CognitoFacts {
  /** The id of the user pool, such as `eu-west-1_abc123`. Its region is the first part. */
  readonly userPoolId: string
  /** The app clients whose access tokens are accepted. */
  readonly clientId: string | readonly string[]
}

const FACTS: FactRemedies<CognitoFacts> = {
  userPoolId: "the id of the user pool, such as 'eu-west-1_abc123'",
  clientId:
    "the ids of the app clients whose tokens are accepted, such as '3n4b5urk1ft4fl3mg5e62d9ado'",
}

const POOL = /^([a-z]+(?:-[a-z]+)+-\d+)_[A-Za-z0-9]+$/

/**
 * The options for access tokens of a user pool of Amazon Cognito. ID tokens are refused (`token_use`). Roles are the
 * groups; those that the option `roles` does not have count as absent, as Cognito makes one for each identity provider.
 *
 * @throws {ConfigurationError} `option_invalid` for a fact that is missing, undefined, not known or not a text
 */
export function cognito(given: CognitoFacts): NamedIssuerOptions {
  const facts = readFacts('cognito', given, FACTS)
  const pool = facts.text('userPoolId')
  const region = POOL.exec(pool)?.[1] ?? facts.refuse('userPoolId', 'is not the id of a user pool')
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return {
    issuer: `https://cognito-idp.${region}.${domain}/${pool}`,
    clients: facts.texts('clientId'),
    requiredValues: { token_use: 'access' },
    claims: { roles: 'cognito:groups', client: 'client_id' },
    unknownRoles: 'ignore',
  }
}
