import { looksLikeApiKey } from '../api-key/form.js'
import { isBearerToken } from '../bearer/header.js'
import { boundThumbprint } from '../dpop/confirmation.js'
import { TokenError } from '../error.js'
import { explainChecks, type Explanation, type TokenCheck } from '../explain/checks.js'
import { checkSize } from '../jws/compact.js'
import { looksLikeJwt } from '../jws/looks-like-jwt.js'
import type { Claims } from '../jwt/claims.js'
import type { SettledPolicy, TokenRules } from '../jwt/policy.js'
import { OPAQUE_CLAIM_STEPS, startProgress, type Progress } from '../jwt/steps.js'
import { ownMember } from '../lib/object.js'
import type { Introspector } from './introspector.js'

/** The rules that the claims of an opaque token must satisfy, of the issuer that has the endpoint. */
export interface OpaquePolicy {
  readonly rules: TokenRules
  readonly policy: SettledPolicy
}

/** Whether a token has neither the form of a JWT nor of an API key: only such a token is introspected. */
export function isOpaqueToken(token: string): boolean {
  return !looksLikeJwt(token) && !looksLikeApiKey(token)
}

function checkForm(token: string): void {
  if (isBearerToken(token)) return
  throw new TokenError('token_malformed', 'A bearer token cannot have such characters.')
}

/** What an issuer says in `token_use` of a token for an API, where it says something. */
const ACCESS_USES: ReadonlySet<unknown> = new Set(['access', 'access_token'])

function refuseType(message: string): never {
  throw new TokenError('token_type', message)
}

/**
 * Refuses a token of another type than `Bearer` (RFC 6749 section 7.1) or `DPoP` with the key that it is bound to (RFC 9449
 * section 6.2), and one that is for the issuer alone. An issuer may also know its
 * refresh tokens as active, and then leaves the type out: only an audience tells these from access tokens.
 */
function checkTokenType(claims: Claims, { audience }: TokenRules): void {
  const type = ownMember(claims, 'token_type')
  if (type === undefined) {
    if (audience === undefined) {
      refuseType(
        'The introspection response does not have token_type, so the token may be a refresh token. Have the issuer send it, or set the option audience.',
      )
    }
  } else if (typeof type !== 'string' || !/^(?:bearer|dpop)$/i.test(type)) {
    refuseType('The introspection response has a token_type other than Bearer and DPoP.')
  } else if (/^dpop$/i.test(type) && boundThumbprint(claims) === undefined) {
    refuseType('The introspection response has the token_type DPoP, and no cnf.jkt.')
  }
  const use = ownMember(claims, 'token_use')
  if (use !== undefined && !ACCESS_USES.has(use)) {
    refuseType('The introspection response has a token_use that is not access_token.')
  }
}

/** What to do about refusals of an opaque token, where that differs from a JWT. */
const REMEDIES: Readonly<Record<string, string>> = {
  token_key_unknown: 'Get a new token from the issuer.',
  token_type: 'Send an access token whose type is Bearer or DPoP.',
  token_expired: 'Get a new token from the issuer.',
  token_claim: 'Have the issuer put this claim into its introspection response.',
}

/** Verifies opaque tokens: what the issuer says of one passes the same checks as the claims of a JWT. */
export class OpaqueVerifier {
  readonly #introspector: Introspector
  readonly #rules: TokenRules
  readonly #policy: SettledPolicy

  constructor(introspector: Introspector, { rules, policy }: OpaquePolicy) {
    this.#introspector = introspector
    this.#rules = rules
    this.#policy = policy
  }

  /**
   * The claims of a token, deep-frozen.
   * @param token - an opaque one, as `isOpaqueToken` says
   * @throws {TokenError} `token_key_unknown` for a token that is not active, or with the code of the check that it fails
   * @throws {AuthError} `keys_unavailable`
   */
  async verify(token: string): Promise<Claims> {
    const { progress, checks } = this.#start(token, (each) => this.#introspector.claimsOf(each))
    for (const { check } of checks) await check()
    return progress.claims ?? {}
  }

  /** Runs the same checks, and tells what became of each. The issuer is asked, whatever it said before. */
  async explain(token: string): Promise<Explanation> {
    const { checks } = this.#start(token, (each) => this.#introspector.freshClaimsOf(each))
    const explanation = await explainChecks(checks)
    const { code = '' } = explanation
    if (!Object.hasOwn(REMEDIES, code)) return explanation
    return { ...explanation, remedy: REMEDIES[code] }
  }

  #start(
    token: string,
    ask: (token: string) => Claims | undefined | Promise<Claims | undefined>,
  ): { readonly progress: Progress; readonly checks: readonly TokenCheck[] } {
    const policy = this.#policy
    const progress = startProgress(token)
    progress.rules = this.#rules
    const introspect = async (): Promise<void> => {
      const claims = await ask(token)
      if (claims === undefined) {
        throw new TokenError(
          'token_key_unknown',
          'The issuer says that the token is not active: it has ended, was revoked, or was never issued.',
        )
      }
      progress.claims = claims
    }
    return {
      progress,
      checks: [
        { name: 'size', check: () => checkSize(token, policy.maxTokenBytes) },
        { name: 'form', check: () => checkForm(token) },
        { name: 'introspection', check: introspect },
        { name: 'token type', check: () => checkTokenType(progress.claims ?? {}, this.#rules) },
        ...OPAQUE_CLAIM_STEPS.map(({ name, run }) => ({
          name,
          check: () => run(progress, policy),
        })),
      ],
    }
  }
}
