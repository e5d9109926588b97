import {
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { checkResourceAllowed } from '@modelcontextprotocol/sdk/shared/auth-utils.js'
import { describe, expect, it } from 'vitest'
import { MastraJwtAuth } from '@signet/auth'
import { createApp, type App } from '@signet/server'
import { createTestApplication, SECRET } from '@signet/test-support/application/application'

const ISSUER = 'https://login.example.com/realm'
const auth = new MastraJwtAuth({
  issuers: [
    { issuer: ISSUER, audience: 'my-api', jwksUri: 'https://login.example.com/keys' },
    { issuer: 'local', secret: SECRET },
  ],
})
const VIEWER = auth.sign({ iss: 'local', sub: 'alice', role: 'viewer' }, { expiresInSeconds: 60 })

const serve = (publicUrl?: string): App =>
  createApp(
    createTestApplication({ server: { auth, ...(publicUrl !== undefined && { publicUrl }) } })
      .mastra,
  )

/** A client's request to an address of the public host, as a proxy that removes no path forwards it. */
const fetchOf = (app: App) => (url: string | URL, init?: RequestInit) =>
  app.fetch(new Request(url, init))

describe('the client of the MCP SDK', () => {
  it.each(['https://api.example.com', 'https://api.example.com/tools/agent'])(
    'finds out by a challenge who issues tokens for %s',
    async (publicUrl) => {
      const app = serve(publicUrl)
      const ask = fetchOf(app)
      const refused = await ask('https://api.example.com/api/agents')
      expect(refused.status).toBe(401)
      const { resourceMetadataUrl } = extractWWWAuthenticateParams(refused)
      expect(resourceMetadataUrl).toBeInstanceOf(URL)
      const options = resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }
      const metadata = await discoverOAuthProtectedResourceMetadata(publicUrl, options, ask)
      expect(metadata).toMatchObject({ resource: publicUrl, authorization_servers: [ISSUER] })
      const rule = { requestedResource: publicUrl, configuredResource: metadata.resource }
      expect(checkResourceAllowed(rule)).toBe(true)
    },
  )

  it.each(['https://api.example.com', 'https://api.example.com/tools/agent'])(
    'finds it out without a challenge, by the address %s alone',
    async (publicUrl) => {
      const ask = fetchOf(serve(publicUrl))
      const metadata = await discoverOAuthProtectedResourceMetadata(publicUrl, {}, ask)
      expect(metadata.authorization_servers).toStrictEqual([ISSUER])
    },
  )

  it('reads in a 403 every scope that it has to ask for, and where', async () => {
    const url = 'https://api.example.com/api/agents/weather-agent/tools/get-weather/execute'
    const headers = { authorization: `Bearer ${VIEWER}` }
    const refused = await serve('https://api.example.com').fetch(
      new Request(url, { method: 'POST', headers }),
    )
    expect(refused.status).toBe(403)
    const { scope, error, resourceMetadataUrl } = extractWWWAuthenticateParams(refused)
    expect(error).toBe('insufficient_scope')
    expect(scope).toBe('agents:execute:weather-agent tools:execute:get-weather')
    expect(resourceMetadataUrl?.href).toBe(
      'https://api.example.com/.well-known/oauth-protected-resource',
    )
  })

  it('finds out nothing from a server that does not know its public URL', async () => {
    const ask = fetchOf(serve())
    const refused = await ask('https://api.example.com/api/agents')
    expect(extractWWWAuthenticateParams(refused).resourceMetadataUrl).toBeUndefined()
    await expect(
      discoverOAuthProtectedResourceMetadata('https://api.example.com', {}, ask),
    ).rejects.toThrow('Resource server does not implement OAuth 2.0 Protected Resource Metadata.')
  })
})
