import { ConfigurationError } from '../error.js'
import { Introspector } from '../introspection/introspector.js'
import { OpaqueVerifier } from '../introspection/opaque-verifier.js'
import { settlePolicy, type VerificationPolicy, type VerifierOptions } from '../jwt/policy.js'
import type { Issuer } from './issuer-options.js'

/** What of the options of a provider counts for opaque tokens. */
interface OpaqueOptions extends Pick<VerifierOptions, 'cache' | 'now'> {
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * What verifies the opaque tokens of the one issuer that introspects them; undefined where none does.
 * @throws {ConfigurationError} `option_invalid` where several do: nothing would tell whose a token is
 */
export function createOpaqueVerifier(
  issuers: readonly Issuer[],
  policy: VerificationPolicy,
  { cache, fetch, now }: OpaqueOptions,
): OpaqueVerifier | undefined {
  const asked = issuers.flatMap(({ introspection }) => introspection ?? [])
  const [introspection, ...others] = asked
  if (introspection === undefined) return undefined
  if (others.length > 0) {
    throw new ConfigurationError(
      'option_invalid',
      `Only one issuer may have the option introspection, because nothing in an opaque token says whose it is, and ${asked.length} have it. Leave it out of all but one.`,
    )
  }
  const settled = settlePolicy(policy)
  const rules = settled.rulesFor(introspection.issuer)
  if (rules === undefined) throw new TypeError('The issuer that introspects has no rules.')
  const introspector = new Introspector(introspection, { fetch, now, keeps: cache !== false })
  return new OpaqueVerifier(introspector, { rules, policy: settled })
}
