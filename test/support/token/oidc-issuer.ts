import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestKeyPair } from '@signet/auth/test'
import { Provider } from 'oidc-provider'
import { createOidcStore } from './oidc-store.js'

/** What an access token is asked for. */
interface AccessTokenRequest {
  /** Default: RS256. */
  readonly algorithm?: 'RS256' | 'ES256' | undefined
  /** Default: a JWT; true for an opaque token, which only the introspection endpoint can read (RFC 7662). */
  readonly isOpaque?: boolean | undefined
  /** Default: `signet-api`. */
  readonly audience?: string
  /** `sub` of an opaque token. Default: the client. */
  readonly subject?: string
  /**
   * Makes a DPoP proof for the token endpoint, whose key the token is then bound to (RFC 9449 section 5). Default: a bearer token.
   */
  readonly prove?: (url: string) => Promise<string>
}

/** A client that may introspect tokens. */
interface IntrospectionClient {
  readonly endpoint: string
  readonly clientId: string
  readonly clientSecret: string
}

/** A real OpenID provider (`oidc-provider`) on a free port of this machine. */
export interface OidcIssuer {
  readonly issuer: string
  /** By its secret. */
  readonly introspection: IntrospectionClient
  /** Has an access token issued by the grant `client_credentials` (RFC 6749 section 4.4, RFC 9068). */
  getAccessToken(request?: AccessTokenRequest): Promise<string>
  /** Revokes a token (RFC 7009). */
  revoke(token: string): Promise<void>
  /** Puts these keys in place of those that are there; the first of each algorithm signs. */
  setKeys(keys: readonly TestKeyPair[]): void
  /** Closes the port, and breaks what is under way. */
  stop(): Promise<void>
  /** Opens the same port again. */
  start(): Promise<void>
}

/** Where access tokens are for; its path says the algorithm, its query the audience. */
const RESOURCE = 'https://resource.example'
const CLIENT = { id: 'test-client', secret: 'the secret of the test client, of some length' }
const BASIC = `Basic ${Buffer.from([CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(':')).toString('base64')}`
/** The client that signs its requests. */
export const KEY_CLIENT_ID = 'key-client'
/** The path of a resource whose tokens are opaque. */
const OPAQUE = '/opaque'
const SCOPE = 'agents:read agents:execute'
const THREE_HOURS_SECONDS = 3 * 3600

function resourceServer(resource: string): object {
  const { pathname, searchParams } = new URL(resource)
  const common = { scope: SCOPE, audience: searchParams.get('audience') }
  if (pathname === OPAQUE) return { ...common, accessTokenFormat: 'opaque' }
  return { ...common, accessTokenFormat: 'jwt', jwt: { sign: { alg: pathname.slice(1) } } }
}

/** The subject that the resource of a request for a token names; nothing else of the claims is chosen here. */
function subjectOf(context: object): object | undefined {
  const parameters: unknown = Reflect.get(Object(Reflect.get(context, 'oidc')), 'params')
  const resource: unknown = Object(parameters).resource
  if (typeof resource !== 'string' || new URL(resource).pathname !== OPAQUE) return undefined
  return { sub: new URL(resource).searchParams.get('subject') || CLIENT.id }
}

/** A client that signs its requests (RFC 7523). */
function clientOfKey(key: TestKeyPair | undefined): readonly object[] {
  if (key === undefined) return []
  return [
    {
      client_id: KEY_CLIENT_ID,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ]
}

interface ProviderFacts {
  readonly keys: readonly TestKeyPair[]
  readonly clientKey: TestKeyPair | undefined
  readonly adapter: ReturnType<typeof createOidcStore>
}

function createProvider(
  issuer: string,
  { keys, clientKey, adapter }: ProviderFacts,
): RequestListener {
  return new Provider(issuer, {
    adapter,
    // Tokens of this grant have no subject of their own (RFC 7662 leaves it out then).
    extraTokenClaims: (context: object) => subjectOf(context),
    ttl: { ClientCredentials: THREE_HOURS_SECONDS },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      ...clientOfKey(clientKey),
    ],
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => resourceServer(resource),
      },
    },
  }).callback()
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Starts an OpenID provider with these keys. @param clientKey - of a client that signs its requests. Default: there is none */
export async function startOidcIssuer(
  keys: readonly TestKeyPair[],
  clientKey?: TestKeyPair,
): Promise<OidcIssuer> {
  let provider: RequestListener | undefined
  const server = createServer((request, response) => provider?.(request, response))
  const port = await listen(server, 0)
  const issuer = `http://127.0.0.1:${port}`
  const adapter = createOidcStore()
  provider = createProvider(issuer, { keys, clientKey, adapter })
  const headers = { authorization: BASIC }
  return {
    issuer,
    introspection: {
      endpoint: `${issuer}/token/introspection`,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
    },
    async getAccessToken(request = {}) {
      const { algorithm = 'RS256', audience = 'signet-api', isOpaque, subject = '' } = request
      const proof = await request.prove?.(`${issuer}/token`)
      const path = isOpaque === true ? OPAQUE : `/${algorithm}`
      const query = new URLSearchParams({ audience, subject })
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { ...headers, ...(proof !== undefined && { dpop: proof }) },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: SCOPE,
          resource: `${RESOURCE}${path}?${query}`,
        }),
      })
      const body: unknown = await response.json()
      const token: unknown = Object(body).access_token
      if (typeof token !== 'string') throw new Error(`No token was issued: ${JSON.stringify(body)}`)
      return token
    },
    async revoke(token) {
      const body = new URLSearchParams({ token })
      const response = await fetch(`${issuer}/token/revocation`, { method: 'POST', headers, body })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`The token was not revoked: ${response.status}`)
    },
    setKeys(next) {
      provider = createProvider(issuer, { keys: next, clientKey, adapter })
    },
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    async start() {
      if (!server.listening) await listen(server, port)
    },
  }
}
