import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose'

/** How a key server differs from a good one. */
export interface KeyServerOptions {
  /** Of every answer. Default: 200. */
  readonly status?: number
  /** How far its clock is ahead of the one here, in seconds. Default: not at all. */
  readonly clockAheadSeconds?: number
  /** How old it says that its answers are. Default: it does not say. */
  readonly ageSeconds?: number
  /** Instead of its keys. */
  readonly keys?: readonly JWK[]
  /** The issuer that its metadata names. Default: its own address. */
  readonly issuer?: string
}

/** An OpenID provider on loopback that has one RSA key. */
export class KeyServer {
  readonly url: string
  readonly #server: Server
  readonly #privateKey: CryptoKey

  constructor(url: string, server: Server, privateKey: CryptoKey) {
    this.url = url
    this.#server = server
    this.#privateKey = privateKey
  }

  get jwksUri(): string {
    return `${this.url}/keys`
  }

  /** Signs a token that lasts for an hour. */
  async sign(claims: JWTPayload): Promise<string> {
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setExpirationTime('1h')
      .sign(this.#privateKey)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Starts a key server on a free port. */
export async function startKeyServer(options: KeyServerOptions = {}): Promise<KeyServer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const own = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const { status = 200, clockAheadSeconds = 0, ageSeconds, keys = [own] } = options
  const server = createServer((request, response) => {
    const isMetadata = request.url === '/.well-known/openid-configuration'
    const metadata = { issuer: options.issuer ?? url, jwks_uri: `${url}/keys` }
    response.sendDate = false
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(Date.now() + clockAheadSeconds * 1000).toUTCString(),
      ...(ageSeconds !== undefined && { age: String(ageSeconds) }),
    })
    response.end(JSON.stringify(isMetadata ? metadata : { keys }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return new KeyServer(url, server, privateKey)
}
