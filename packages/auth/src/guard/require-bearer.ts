import type { Principal } from '../access/principal.js'
import { requirePermissions } from '../access/require.js'
import type { ChallengeOptions } from '../bearer/challenge.js'
import { readCredential, type CredentialRequest } from '../bearer/credential.js'
import { tokenHeaderOf } from '../bearer/token-header.js'
import { checkContent, comparesContent, contentDigestOf } from '../dpop/content-digest.js'
import { refuseProof } from '../dpop/proof.js'
import { createRequestId } from '../lib/request-id.js'
import type { AuthProvider, AuthRequest } from '../provider/auth-provider.js'
import { checkProvider, dpopModeOf } from '../provider/provider-shape.js'
import { admitGuarded } from './admit.js'
import { fetchAuthRequest } from './auth-request.js'
import { readGuardOptions, type GuardOptions, type GuardRules } from './options.js'
import { readCopy } from './read-copy.js'
import { refusalResponse } from './refusal-response.js'

/** Who calls, by a good token that grants what the request needs. Frozen. */
export interface Caller {
  readonly principal: Principal
}

/**
 * Lets a request in, or says what to answer it with instead. Never rejects. It reads nothing of the body, unless a DPoP proof names the
 * digest of the body: then it reads a copy, at most 4 MiB and for 30 seconds, of a request that it would let in.
 */
export type Guard = (request: Request) => Promise<Caller | Response>

/** What stands behind the `?` of a URL, without a fragment. */
function queryOf(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? '' : (url.slice(mark + 1).split('#', 1)[0] ?? '')
}

function credentialRequest({ headers, method, url }: Request): CredentialRequest {
  return { header: (name) => headers.get(name) ?? undefined, method, query: queryOf(url) }
}

function refuse(error: unknown, request: Request, rules: GuardRules & ChallengeOptions): Response {
  const requestId = createRequestId(Date.now())
  const response = refusalResponse(error, requestId, rules)
  rules.onRefusal({ request, requestId, status: response.status, error })
  return response
}

/**
 * Makes the guard of a server that is not Signet's own: whoever sends a good bearer token (RFC 6750), or a token that is
 * bound to a key with its proof (RFC 9449), and it grants what the request needs, is let in. Everybody else gets the response of a server of Signet: its status, codes, constant
 * texts and challenges, of which a 403 names all missing scopes. It asks on every request; the provider remembers verified
 * tokens. What has been revoked is the provider's to know (`revocations` of `MastraJwtAuth`).
 *
 * @param provider - who may call, such as a `MastraJwtAuth`
 * @throws {ConfigurationError} `option_invalid` for what is not a provider, and for an option without a value or with one
 *   that it cannot have; `option_unknown` for one that does not exist
 * @example
 * ```typescript
 * import { MastraJwtAuth, requireBearer } from '@signet/auth'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'my-api' })
 * const guard = requireBearer(auth, { access: 'agents:read' })
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const caller = await guard(request)
 *   if (caller instanceof Response) return caller
 *   return Response.json({ hello: caller.principal.subject })
 * }
 * ```
 */
export function requireBearer(provider: AuthProvider, options: GuardOptions = {}): Guard {
  return createGuard(provider, options, comparesContent)
}

/** `requireBearer` for requests without their bodies: a proof that names the digest of one is refused. */
export function requireBearerOfHead(provider: AuthProvider, options: GuardOptions = {}): Guard {
  return createGuard(provider, options, (request) => request)
}

/** Refuses a body for which the proof was not made. */
async function compareContent(asked: AuthRequest, request: Request): Promise<void> {
  const digest = contentDigestOf(asked)
  if (digest === undefined) return
  const body = await readCopy(request)
  if (body === undefined) refuseProof('The body could not be compared with content_digest.')
  checkContent(digest, body)
}

function createGuard(
  provider: AuthProvider,
  options: GuardOptions,
  prepare: (request: AuthRequest) => AuthRequest,
): Guard {
  checkProvider(provider, 'The provider of requireBearer')
  const rules = readGuardOptions(options)
  const tokenHeader = tokenHeaderOf(provider)
  const challenged = { ...rules, dpop: dpopModeOf(provider) }
  return async (request) => {
    try {
      const token = readCredential(credentialRequest(request), tokenHeader)
      const asked = prepare(fetchAuthRequest(request, rules.proof))
      const { principal } = await admitGuarded(provider, token, asked, rules.roles)
      requirePermissions(principal, rules.permissionsFor(request))
      await compareContent(asked, request)
      return Object.freeze({ principal })
    } catch (error) {
      return refuse(error, request, challenged)
    }
  }
}
