import type { MastraJwtAuthOptions, NamedIssuerOptions } from '../provider/jwt-auth.js'
import { readFacts, type FactRemedies } from './facts.js'

/** What an operator knows of an application behind Cloudflare Access. */
export interface CloudflareAccessFacts {
  /** The domain of the team, such as `acme.cloudflareaccess.com`. */
  readonly teamDomain: string
  /** The audience tag of the application. */
  readonly audience: string | readonly string[]
}

/** Options of an issuer, with the header in which its tokens come: they stand in `MastraJwtAuth`, and not in `issuers`. */
export type CloudflareAccessOptions = NamedIssuerOptions & Pick<MastraJwtAuthOptions, 'tokenHeader'>

const FACTS: FactRemedies<CloudflareAccessFacts> = {
  teamDomain: "the domain of the team without https://, such as 'acme.cloudflareaccess.com'",
  audience: "the audience tag (AUD) of the application, such as '32eafc7626e737a3f5e5a1c1a5d5b6a2'",
}

const TAG = /^[0-9a-f]{32,64}$/

/**
 * The options for application tokens of Cloudflare Access, which its proxy sets in the header `Cf-Access-Jwt-Assertion`.
 * They do not have roles: write `defaultRole`. The subject is `sub`; for a service token, which does not have one, its
 * `common_name`.
 *
 * @throws {ConfigurationError} `option_invalid` for an audience that is not a tag, and for a fact that is missing,
 *   undefined, not known or not a text
 */
export function cloudflareAccess(given: CloudflareAccessFacts): CloudflareAccessOptions {
  const facts = readFacts('cloudflareAccess', given, FACTS)
  const issuer = `https://${facts.host('teamDomain')}`
  const audience = facts.texts('audience')
  if (!audience.every((tag) => TAG.test(tag))) facts.refuse('audience', 'is not an audience tag')
  return {
    issuer,
    jwksUri: `${issuer}/cdn-cgi/access/certs`,
    audience,
    tokenHeader: 'Cf-Access-Jwt-Assertion',
    requiredValues: { type: 'app' },
    claims: { subject: [['common_name'], ['sub']] },
  }
}
