import { ACTIONS, RESOURCES } from '../access/action-set.js'
import type { Principal } from '../access/principal.js'
import { requirePermissions } from '../access/require.js'
import { readBearerToken } from '../bearer/header.js'
import { PUBLIC_REASON } from '../bearer/public-reason.js'
import { AUTH_STATUS, isKnownAuthError } from '../bearer/refusal.js'
import { ConfigurationError, type AuthErrorCode } from '../error.js'
import { createRequestId } from '../lib/request-id.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import type { AuthProvider } from '../provider/auth-provider.js'
import { checkProvider } from '../provider/provider-shape.js'
import { admitGuarded, type AdmittedUser } from './admit.js'
import { requestOfBearer } from './auth-request.js'
import { readGuardOptions, type GuardAccess, type GuardOptions } from './options.js'

/** What the MCP SDK knows of a token, by the names of its `AuthInfo`. */
export interface McpAuthInfo {
  readonly token: string
  /** The client that the token was issued to, as `principal.client` says it, else the subject. */
  readonly clientId: string
  /**
   * What the token grants: its permissions, each `resource:action` that one of them covers, and the scopes that are not meant
   * for this server (`principal.foreignScopes`). An issuer whose `grants` are limited has no such scopes.
   */
  readonly scopes: string[]
  /** When the token ends, in seconds since 1970. `requireBearerAuth` of the SDK refuses a token that never ends. */
  // oxlint-disable-next-line signet/optional-takes-undefined -- The type of the SDK does not take it.
  readonly expiresAt?: number
  readonly extra: { readonly principal: Principal }
}

/** A verifier for `requireBearerAuth` of the MCP SDK. */
export interface McpVerifier {
  /**
   * @throws an `InvalidTokenError` of the SDK where a server of Signet answers 401 or 400; an `InsufficientScopeError` where it
   *   answers 403; a `ServerError` with the code `temporarily_unavailable` (RFC 6749 section 4.1.2.1) where it answers 503,
   *   because the SDK knows no such status and answers 500; the error itself for whatever else, which the SDK makes 500 of
   */
  verifyAccessToken(token: string): Promise<McpAuthInfo>
}

/** An error of the MCP SDK, which knows its errors by their classes. */
export type McpErrorClass = new (message: string) => Error

/** What an MCP verifier asks of those who call. */
export interface McpVerifierOptions extends Pick<GuardOptions, 'roles' | 'onRefusal'> {
  /** The module `@modelcontextprotocol/sdk/server/auth/errors.js`, or these classes of it. */
  readonly errors: {
    readonly InvalidTokenError: McpErrorClass
    readonly InsufficientScopeError: McpErrorClass
    /** Default: the body of a 500 does not say that the keys are out of reach. */
    readonly ServerError?: McpErrorClass | undefined
  }
  /** What every token must grant. Default: `'authenticated'`. */
  readonly access?: GuardAccess | undefined
}

const SERVED: OptionNames<McpVerifierOptions> = {
  errors: true,
  roles: true,
  access: true,
  onRefusal: true,
}

/** The SDK passes the token on, and not its request. */
const NO_REQUEST = { url: 'http://localhost/', headers: new Headers() }

const PAIRS = RESOURCES.flatMap((resource) =>
  ACTIONS.map((action) => `${resource}:${action}` as const),
)

function infoOf(
  provider: AuthProvider,
  token: string,
  { user, principal }: AdmittedUser,
): McpAuthInfo {
  const { permissions, foreignScopes, client, subject, expiresAt } = principal
  const isLimited = provider.accessOf?.(user).grants !== undefined
  const scopes = [
    ...permissions.granted,
    ...PAIRS.filter((pair) => permissions.allows(pair)),
    ...(isLimited ? [] : foreignScopes),
  ]
  const end: unknown = provider.expiryOf?.(user) ?? expiresAt
  return {
    token,
    clientId: client ?? subject,
    scopes: [...new Set(scopes)],
    ...(typeof end === 'number' && { expiresAt: end }),
    extra: { principal },
  }
}

function readErrors(errors: unknown): McpVerifierOptions['errors'] {
  const classes = Object(errors) as McpVerifierOptions['errors']
  for (const name of ['InvalidTokenError', 'InsufficientScopeError'] as const) {
    if (typeof classes[name] === 'function') continue
    throw new ConfigurationError(
      'option_invalid',
      `mcpVerifier: errors has no class ${name}. Give it the module @modelcontextprotocol/sdk/server/auth/errors.js.`,
    )
  }
  return classes
}

/**
 * A `ServerError` whose body tells clients to try again. The SDK answers 500 to it; to its own `TemporarilyUnavailableError`
 * it answers 400, which says that the request is wrong.
 */
function unavailableClass({
  ServerError,
}: McpVerifierOptions['errors']): McpErrorClass | undefined {
  if (typeof ServerError !== 'function') return undefined
  return class extends ServerError {
    static readonly errorCode = 'temporarily_unavailable'
  }
}

/** The status that the SDK answers with: it has one for bad tokens, one for small ones, and one for faults. */
function statusOf(error: unknown): number {
  const status = isKnownAuthError(error) ? AUTH_STATUS[error.code] : 500
  if (status === 403) return status
  return status < 500 ? 401 : 500
}

/**
 * Makes a verifier for `requireBearerAuth` of the MCP SDK from a provider: tokens are judged as `requireBearer` judges them.
 * Challenges and bodies are those of the SDK, with the constant texts of Signet.
 *
 * @throws {ConfigurationError} `option_invalid` for what is not a provider, for an option without a value or with one that it
 *   cannot have, and where the classes of errors are missing; `option_unknown` for an option that does not exist
 * @example
 * ```typescript
 * import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
 * import * as errors from '@modelcontextprotocol/sdk/server/auth/errors.js'
 * import { MastraJwtAuth } from '@signet/auth'
 * import { mcpVerifier } from '@signet/auth/mcp'
 * import express from 'express'
 *
 * const auth = new MastraJwtAuth({ issuer: 'https://login.example.com', audience: 'https://mcp.example.com' })
 * const verifier = mcpVerifier(auth, { errors })
 *
 * export const app = express()
 * app.use('/mcp', requireBearerAuth({ verifier, requiredScopes: ['tools:execute'] }))
 * ```
 */
export function mcpVerifier(provider: AuthProvider, options: McpVerifierOptions): McpVerifier {
  const where = 'mcpVerifier'
  checkProvider(provider, `The provider of ${where}`)
  refuseUnknown(where, readOptions(options), SERVED)
  if (provider.tokenHeader !== undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `${where}: the provider has tokenHeader, and the SDK reads Authorization alone. Use requireBearer, or a provider without tokenHeader.`,
    )
  }
  const { errors, ...rest } = readOptions(options)
  const classes = readErrors(errors)
  const Unavailable = unavailableClass(classes)
  if (typeof rest.access === 'function') {
    throw new ConfigurationError(
      'option_invalid',
      `${where}: access is a function. Write permissions: the SDK tells nothing of the request.`,
    )
  }
  const rules = readGuardOptions(rest, where)
  const refusalOf = (code: AuthErrorCode, status: number): Error | undefined => {
    const { InsufficientScopeError, InvalidTokenError } = classes
    const unavailable = AUTH_STATUS[code] === 503 ? Unavailable : undefined
    const small = status === 403 ? InsufficientScopeError : InvalidTokenError
    const Refusal = status === 500 ? unavailable : small
    return Refusal && new Refusal(PUBLIC_REASON[code])
  }
  return {
    async verifyAccessToken(token) {
      const request = requestOfBearer(token, NO_REQUEST, undefined)
      try {
        const admitted = await admitGuarded(
          provider,
          readBearerToken(`Bearer ${token}`),
          request,
          rules.roles,
        )
        requirePermissions(admitted.principal, rules.permissionsFor(request.raw))
        return infoOf(provider, token, admitted)
      } catch (error) {
        const requestId = createRequestId(Date.now())
        const status = statusOf(error)
        rules.onRefusal({ request: request.raw, requestId, status, error })
        if (!isKnownAuthError(error)) throw error
        throw refusalOf(error.code, status) ?? error
      }
    },
  }
}
