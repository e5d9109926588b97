import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestKeyPair } from '@signet/auth/test'
import { Provider } from 'oidc-provider'

/** What an access token is asked for. */
interface AccessTokenRequest {
  /** Default: RS256. */
  readonly algorithm?: 'RS256' | 'ES256'
  /** Default: `signet-api`. */
  readonly audience?: string
}

/** A real OpenID provider (`oidc-provider`) on a free port of this machine. */
export interface OidcIssuer {
  readonly issuer: string
  /** Has an access token issued by the grant `client_credentials` (RFC 6749 section 4.4, RFC 9068). */
  getAccessToken(request?: AccessTokenRequest): Promise<string>
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
const SCOPE = 'agents:read agents:execute'
const THREE_HOURS_SECONDS = 3 * 3600

/** Stores nothing, since such tokens are stored nowhere; without it the provider warns of its own store. */
class NoStore {
  async find(): Promise<undefined> {
    return undefined
  }

  async upsert(): Promise<void> {
    throw new Error('The provider was asked to store something.')
  }
}

function resourceServer(resource: string): object {
  const { pathname, searchParams } = new URL(resource)
  return {
    scope: SCOPE,
    audience: searchParams.get('audience'),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: pathname.slice(1) } },
  }
}

function createProvider(issuer: string, keys: readonly TestKeyPair[]): RequestListener {
  return new Provider(issuer, {
    adapter: NoStore,
    ttl: { ClientCredentials: THREE_HOURS_SECONDS },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
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

/** Starts an OpenID provider with these keys. */
export async function startOidcIssuer(keys: readonly TestKeyPair[]): Promise<OidcIssuer> {
  let provider: RequestListener | undefined
  const server = createServer((request, response) => provider?.(request, response))
  const port = await listen(server, 0)
  const issuer = `http://127.0.0.1:${port}`
  provider = createProvider(issuer, keys)
  return {
    issuer,
    async getAccessToken({ algorithm = 'RS256', audience = 'signet-api' } = {}) {
      const credentials = [CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(':')
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: SCOPE,
          resource: `${RESOURCE}/${algorithm}?audience=${audience}`,
        }),
      })
      const body: unknown = await response.json()
      const token: unknown = Object(body).access_token
      if (typeof token !== 'string') throw new Error(`No token was issued: ${JSON.stringify(body)}`)
      return token
    },
    setKeys(next) {
      provider = createProvider(issuer, next)
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
