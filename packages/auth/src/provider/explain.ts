import { isBearerToken } from '../bearer/header.js'
import type { Principal } from '../access/principal.js'
import type { RoleTable } from '../access/role.js'
import { TokenError } from '../error.js'
import { checkSize } from '../jwt/compact.js'
import { MOST_DECODED_BYTES } from '../jwt/decode.js'
import { continueExplanation, explainChecks, type Explanation } from '../jwt/explanation.js'
import { authenticate, authenticateUser } from './authenticate.js'
import type { AuthProvider, AuthRequest, TokenExplanation } from './contract.js'

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
  return explainChecks([
    { name: 'size', check: () => checkSize(token, MOST_DECODED_BYTES) },
    { name: 'form', check: () => checkForm(token) },
    { name: 'provider', check: () => authenticateUser(provider, token, request) },
  ])
}

/**
 * What a provider says of a token: its own explanation where it has one, else whether it accepts the token
 * and why not. For whoever runs the server: the reason may name what the provider expected.
 *
 * @param request - as if it came with the token
 * @param name - of the provider
 * @throws any error of the provider that is no refusal
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

/**
 * What a provider says of a token, and of one that it accepts whether its user is let in, and what with.
 * The checks are those of `authenticate`.
 *
 * @throws any error of the provider that is no refusal
 */
export async function explainBearer(
  provider: AuthProvider,
  token: string,
  { request, roles }: { readonly request: AuthRequest; readonly roles: RoleTable },
): Promise<BearerExplanation> {
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
  return { ...continueExplanation(explanation, { ...admission, by: explanation.by }), principal }
}
