import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestKeyPair } from '@signet/auth/test'
import { Provider, type OidcContext } from 'oidc-provider'
import { createOidcStore } from './oidc-store.js'

/** A person who may sign in at the provider. */
export interface Person {
  readonly password: string
  /** What the provider writes into the claim `groups` of access tokens. */
  readonly groups: readonly string[]
  /** How long an access token is valid. */
  readonly tokenSeconds: number
}

/** What a provider is started with. */
export interface SignInFacts {
  /** By their names, which are their subjects. */
  readonly people: Readonly<Record<string, Person>>
  /** A public client (RFC 6749 section 2.1), which must use PKCE (RFC 7636). */
  readonly client: { readonly id: string; readonly url: string; readonly redirectUri: string }
  /** The API that access tokens are for, by its resource indicator (RFC 8707). */
  readonly resource: string
}

/** A real OpenID provider (`oidc-provider`) with a page on which people sign in, on a free port of this machine. */
export interface SignInProvider {
  readonly issuer: string
  stop(): Promise<void>
}

/** A page of the provider. */
const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><title>${title}</title><main><h1>${title}</h1>${body}</main></html>`

const signInForm = (uid: string, problem = '') =>
  page(
    'Sign in at the provider',
    `<p role="alert">${problem}</p><form method="post" action="/interaction/${uid}">
    <label>Name <input name="name" required></label>
    <label>Password <input name="password" type="password" required></label>
    <button>Sign in</button></form>`,
  )

function respond(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html)
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return new URLSearchParams(Buffer.concat(parts).toString())
}

/** The person whom a token is for. */
function personOf(people: SignInFacts['people'], token: object): Person | undefined {
  const name: unknown = Reflect.get(token, 'accountId')
  return typeof name === 'string' && Object.hasOwn(people, name) ? people[name] : undefined
}

function createProvider(issuer: string, { people, client, resource }: SignInFacts): Provider {
  const provider: Provider = new Provider(issuer, {
    adapter: createOidcStore(),
    clients: [
      {
        client_id: client.id,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [`${client.url}/`],
      },
    ],
    jwks: { keys: [createTestKeyPair('RS256', { keyId: 'provider' }).privateJwk] },
    cookies: { keys: ['a key for the cookies of the tests'] },
    async findAccount(_context: object, name: string) {
      return { accountId: name, claims: async () => ({ sub: name }) }
    },
    // The client belongs to those who run the provider: nobody is asked whether they let it sign them in.
    async loadExistingGrant({ oidc }: OidcContext) {
      const grant = new provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.account.accountId,
      })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    extraTokenClaims: (_context: object, token: object) => ({
      groups: personOf(people, token)?.groups,
    }),
    ttl: {
      AccessToken: (_context: object, token: object) => personOf(people, token)?.tokenSeconds ?? 60,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      Session: 3600,
    },
    interactions: {
      url: (_context: object, { uid }: { uid: string }) => `/interaction/${uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      rpInitiatedLogout: {
        logoutSource(context: { body: string }, form: string) {
          const button = '<button form="op.logoutForm" name="logout" value="yes">Sign out</button>'
          context.body = page('Sign out at the provider', form + button)
        },
      },
    },
  })
  return provider
}

/** Shows the form, or reads it: a name and its password sign in. */
async function interact(
  provider: Provider,
  people: SignInFacts['people'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid, prompt } = await provider.interactionDetails(request, response)
  if (prompt.name !== 'login') throw new Error(`The provider asks for ${prompt.name}.`)
  if (request.method !== 'POST') return respond(response, 200, signInForm(uid))
  const form = await readForm(request)
  const name = form.get('name') ?? ''
  const person = personOf(people, { accountId: name })
  if (person === undefined || person.password !== form.get('password')) {
    return respond(response, 401, signInForm(uid, 'The name or the password is wrong.'))
  }
  return provider.interactionFinished(request, response, { login: { accountId: name } })
}

/** Starts an OpenID provider at which people sign in. */
export async function startSignInProvider(facts: SignInFacts): Promise<SignInProvider> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = createProvider(issuer, facts)
  const answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') !== true) return answer(request, response)
    return interact(provider, facts.people, request, response).catch((error: unknown) =>
      respond(response, 500, page('An error of the provider', String(error))),
    )
  })
  return {
    issuer,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
