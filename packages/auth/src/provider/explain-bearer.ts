import { isBearerToken } from '../bearer/header.js'
import type { Principal } from '../access/principal.js'
import type { RoleTable } from '../access/role.js'
import type { Advice } from '../advice/advice.js'
import { boundAdvice } from '../advice/bound-advice.js'
import { suspicions } from '../advice/suspicion.js'
import { withoutProof } from '../dpop/require-proof.js'
import { AuthError, TokenError } from '../error.js'
import { checkSize } from '../jws/compact.js'
import { explainPasted } from '../explain/explain-pasted.js'
import { MAX_DECODED_BYTES } from '../jws/decode.js'
import { continueExplanation, explainChecks, type Explanation } from '../explain/checks.js'
import { authenticate, authenticateUser } from './authenticate.js'
import type { AuthProvider, AuthRequest, TokenExplanation, UserAccess } from './auth-provider.js'

/** What is said of a token, and by whom. */
export interface ProviderExplanation extends Explanation {
  /** The name of the provider that was asked; of several, of the one that the token is for. */
  readonly by: string
}

/** What is said of a token, by whom, and what it grants. */
export interface BearerExplanation extends ProviderExplanation {
  /** Of a token that is accepted. */
  readonly principal?: Principal | undefined
}

/** What no request could carry reaches no provider. */
function checkForm(token: string): void {
  if (isBearerToken(token)) return
  throw new TokenError('token_malformed', 'A bearer token cannot have such characters.')
}

/** Of a provider that does not explain itself only its answer is known. */
function explainByAsking(
  provider: AuthProvider,
  token: string,
  request: AuthRequest,
): Promise<TokenExplanation> {
  const now = Date.now() / 1000
  return explainChecks(
    [
      { name: 'size', check: () => checkSize(token, MAX_DECODED_BYTES) },
      { name: 'form', check: () => checkForm(token) },
      { name: 'provider', check: () => authenticateUser(provider, token, request) },
    ],
    // What a provider refuses it words itself.
    (step) => (step === 'provider' ? undefined : { token, now }),
  )
}

/**
 * What a provider says of a token: its own explanation where it has one, else whether it accepts the token
 * and why not. For the operator: the reason may name what the provider expected.
 *
 * @param request - as if it came with the token
 * @param name - of the provider
 * @throws any error of the provider that is not a refusal
 */
export async function explainByProvider(
  provider: AuthProvider,
  token: string,
  request: AuthRequest,
  name: string = provider.name ?? 'unnamed',
): Promise<ProviderExplanation> {
  const explanation =
    provider.explainToken === undefined
      ? await explainByAsking(provider, token, request)
      : await provider.explainToken(token, request)
  return { ...explanation, by: explanation.by ?? name }
}

/** How the claims of a user are read; undefined where their provider cannot tell. */
function accessFor(provider: AuthProvider, user: object): UserAccess | undefined {
  try {
    return provider.accessOf?.(user) ?? {}
  } catch (error) {
    // One that asks others knows its users only as it was given them.
    if (AuthError.isInstance(error)) return undefined
    throw error
  }
}

/** What deserves a look in a token that a provider accepts. */
export function bearerWarnings(
  provider: AuthProvider,
  token: string,
  { permissions, ignoredGrants, foreignScopes, claims }: Principal,
  roles: RoleTable,
): readonly Advice[] {
  const access = accessFor(provider, claims)
  const suspected = suspicions({
    token,
    now: Date.now() / 1000,
    granted: permissions.granted,
    ignored: ignoredGrants,
    foreign: foreignScopes,
    roles: access === undefined ? undefined : Object.keys(access.roles ?? roles),
    unknownRoles: access?.unknownRoles,
    claimMap: access?.claimMap,
    claims,
  })
  return [...boundAdvice(claims), ...suspected]
}

/** An explanation with warnings, where there are any. */
export function withWarnings<Kind extends Explanation>(
  explanation: Kind,
  warnings: readonly Advice[],
): Kind {
  return warnings.length === 0 ? explanation : { ...explanation, warnings }
}

async function explainOne(
  provider: AuthProvider,
  token: string,
  { request, roles }: { readonly request: AuthRequest; readonly roles: RoleTable },
): Promise<BearerExplanation> {
  withoutProof(request)
  const explanation = await explainByProvider(provider, token, request)
  if (!explanation.accepted) return explanation
  let principal: Principal | undefined
  const admission = await explainChecks([
    {
      name: 'user',
      async check() {
        principal = await authenticate(provider, token, request, roles)
      },
    },
  ])
  const whole = continueExplanation(explanation, { ...admission, by: explanation.by })
  const warnings = principal === undefined ? [] : bearerWarnings(provider, token, principal, roles)
  return { ...withWarnings(whole, warnings), principal }
}

/**
 * What a provider says of what somebody pasted as a token, and of a token that it accepts whether its user is let in,
 * what with, and what deserves a look. The checks are those of `authenticate`.
 *
 * @throws any error of the provider that is not a refusal
 */
export async function explainBearer(
  provider: AuthProvider,
  text: string,
  by: { readonly request: AuthRequest; readonly roles: RoleTable },
): Promise<BearerExplanation> {
  return explainPasted(text, (token) => explainOne(provider, token, by))
}
