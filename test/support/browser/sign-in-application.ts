import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the application is told once its provider runs. */
interface Relations {
  /** Of the OpenID provider. */
  readonly issuer: string
  /** Its own id there. */
  readonly clientId: string
  /** What access tokens are to be for. */
  readonly resource: string
}

/** The tokens of a person who has signed in. */
export interface SignedIn {
  readonly accessToken: string
  readonly idToken: string
}

const text = (body: unknown, name: string): string => {
  const value: unknown = Object(body)[name]
  if (typeof value !== 'string') throw new Error(`There is no ${name}: ${JSON.stringify(body)}`)
  return value
}

/**
 * A web application on a free port of this machine. A person signs in at its OpenID provider by an authorization code with
 * PKCE (RFC 6749 section 4.1, RFC 7636); the application then has their tokens.
 */
export class SignInApplication {
  readonly url: string
  readonly #server: Server
  #relations: Relations | undefined
  /** The secret of each sign-in that has begun, by its state. */
  readonly #verifiers = new Map<string, string>()
  /** Who has signed in last. */
  signedIn: SignedIn | undefined

  private constructor(url: string, server: Server) {
    this.url = url
    this.#server = server
    server.on('request', (request, response) => {
      this.#answer(new URL(url + request.url), response).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
    })
  }

  static async start(): Promise<SignInApplication> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return new SignInApplication(`http://127.0.0.1:${port}`, server)
  }

  get redirectUri(): string {
    return `${this.url}/callback`
  }

  /** Says where people sign in. */
  relate(relations: Relations): void {
    this.#relations = relations
  }

  /** The endpoint of the provider, as its metadata has it (OpenID Connect Discovery section 3). */
  async #endpoint(name: string): Promise<string> {
    const metadata = `${this.#relations?.issuer}/.well-known/openid-configuration`
    return text(await (await fetch(metadata)).json(), name)
  }

  async #answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    if (pathname === '/sign-in') return this.#begin(response)
    if (pathname === '/sign-out') return this.#end(response)
    if (pathname === '/callback') await this.#finish(searchParams)
    response.writeHead(pathname === '/favicon.ico' ? 404 : 200, { 'content-type': 'text/html' })
    const state = this.signedIn === undefined ? 'Nobody has signed in.' : 'You have signed in.'
    response.end(
      `<!doctype html><html lang="en"><title>The application</title><main><p>${state}</p>
      <a href="/sign-in">Sign in</a> <a href="/sign-out">Sign out</a></main></html>`,
    )
  }

  async #begin(response: ServerResponse): Promise<void> {
    const [state, verifier] = [0, 1].map(() => randomBytes(32).toString('base64url'))
    if (state === undefined || verifier === undefined) return
    this.#verifiers.set(state, verifier)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.#relations?.clientId ?? '',
      redirect_uri: this.redirectUri,
      scope: 'openid',
      resource: this.#relations?.resource ?? '',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const location = `${await this.#endpoint('authorization_endpoint')}?${query}`
    response.writeHead(303, { location }).end()
  }

  async #finish(query: URLSearchParams): Promise<void> {
    const state = query.get('state') ?? ''
    const verifier = this.#verifiers.get(state)
    const code = query.get('code')
    if (verifier === undefined || code === null) throw new Error(`Nobody has signed in: ${query}`)
    this.#verifiers.delete(state)
    const response = await fetch(await this.#endpoint('token_endpoint'), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: this.redirectUri,
        client_id: this.#relations?.clientId ?? '',
        code_verifier: verifier,
        resource: this.#relations?.resource ?? '',
      }),
    })
    const body: unknown = await response.json()
    this.signedIn = { accessToken: text(body, 'access_token'), idToken: text(body, 'id_token') }
  }

  /** Signs the person out, here and at the provider (OpenID Connect RP-Initiated Logout 1.0). */
  async #end(response: ServerResponse): Promise<void> {
    const query = new URLSearchParams({
      id_token_hint: this.signedIn?.idToken ?? '',
      post_logout_redirect_uri: `${this.url}/`,
    })
    this.signedIn = undefined
    const location = `${await this.#endpoint('end_session_endpoint')}?${query}`
    response.writeHead(303, { location }).end()
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
