import type { NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of an API that is registered with Microsoft Entra ID. */
export interface EntraFacts {
  /** The id of the tenant, a list of several, or `any` for every tenant of Entra ID. */
  readonly tenant: string | readonly string[]
  /** The application id of the API; in tokens of version 1.0 also its URI, such as `api://…`. */
  readonly audience: string | readonly string[]
  /** The applications whose tokens are accepted. Default: all to which the tenant gives the audience. */
  readonly clients?: string | readonly string[] | undefined
  /** The version of the tokens (`ver`), as the manifest of the API says (`requestedAccessTokenVersion`). Default: `2.0`. */
  readonly version?: '1.0' | '2.0' | undefined
}

const FACTS: FactRemedies<EntraFacts> = {
  tenant: "the id of the tenant, such as '9122040d-6c67-4c5b-b112-36a304b66dad', or a list of ids",
  audience:
    "the application id of your API, such as '6e74172b-be56-4843-9ff4-e66a39bb12e3'; with version '1.0' also its URI",
  clients: 'the application ids of the clients whose tokens are accepted',
  version: "'1.0' or '2.0', as the claim ver of your tokens has it",
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const GRAPH = /^00000003-0000-0000-c000-000000000000$|^https:\/\/graph\.(?:microsoft|windows)\./
const LOGIN = 'https://login.microsoftonline.com'

/**
 * The options for access tokens of Microsoft Entra ID. ID tokens are refused: they do not say for which client they are
 * (`azp`, in version 1.0 `appid`). The subject is `oid`, which is the same for all applications of a tenant. The actor is
 * what the token says of its client by facets (`xms_act_fct`), as one text such as `3 9 11`, where 11 is an agent.
 *
 * @throws {ConfigurationError} `option_invalid` for a tenant that is not an id, such as `common`; for the audience of
 *   Microsoft Graph; and for a fact that is missing, undefined, not known or not a text
 */
export function entra(given: EntraFacts): NamedIssuerOptions {
  const facts = readFacts('entra', given, FACTS)
  const ver = facts.has('version') ? facts.text('version') : '2.0'
  if (ver !== '1.0' && ver !== '2.0') facts.refuse('version', 'is not a version')
  const isFirst = ver === '1.0'

  const tenants = facts.texts('tenant')
  const [only = ''] = tenants
  const isAny = tenants.length === 1 && only === 'any'
  if (!isAny && !tenants.every((id) => GUID.test(id))) {
    facts.refuse('tenant', 'is not the id of a tenant in lower case')
  }
  const isSingle = tenants.length === 1 && !isAny

  const audience = facts.texts('audience')
  if (audience.some((each) => GRAPH.test(each))) {
    facts.refuse('audience', 'has Microsoft Graph, for which other tokens are, too')
  }
  if (!isFirst && !audience.every((each) => GUID.test(each))) {
    facts.refuse('audience', 'is not the id of an application in lower case')
  }

  const name = isSingle ? only : '{tenant}'
  const keys = `${LOGIN}/${isSingle ? only : 'common'}/discovery`
  const client = isFirst ? 'appid' : 'azp'
  return {
    issuer: isFirst ? `https://sts.windows.net/${name}/` : `${LOGIN}/${name}/v2.0`,
    jwksUri: isFirst ? `${keys}/keys` : `${keys}/v2.0/keys`,
    ...(isSingle ? {} : { tenant: { claim: 'tid', allow: isAny ? 'any' : tenants } }),
    audience,
    ...(facts.has('clients') ? { clients: facts.texts('clients') } : {}),
    requiredValues: isSingle ? { ver, tid: only } : { ver },
    requiredClaims: [client],
    claims: {
      subject: 'oid',
      roles: 'roles',
      scopes: 'scp',
      client,
      actor: [['act'], ['xms_act_fct']],
    },
  }
}
