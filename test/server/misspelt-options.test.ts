import {
  createVerifier,
  defineAuth,
  MastraAuthProvider,
  MastraJwtAuth,
  secretKeys,
  signToken,
  SimpleAuth,
} from '@signet/auth'
import { Agent, createRehearsalModel, createTool, Mastra, Memory } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { createApp, createLogger, serve } from '@signet/server'
import { createStore } from '@signet/store'
import { describe, expect, it } from 'vitest'
import { SECRET } from '@signet/test-support/http/memory-client'

/** Options as they come from a program without types. */
type Make = (options: never) => unknown
const untyped = (options: object) => options as never

class OwnProvider extends MastraAuthProvider {
  authenticateToken(): Promise<null> {
    return Promise.resolve(null)
  }
}

const AGENT = { id: 'a', name: 'A', instructions: 'Answer.', model: 'signet/rehearsal' }
const ISSUER = { issuer: 'https://a.example', jwksUri: 'https://a.example/keys', audience: 'b' }
const withAgent = (agent: object) => new Mastra({ agents: { a: new Agent(untyped(agent)) } })
const withMemory = (memory: object) => withAgent({ ...AGENT, memory: new Memory(untyped(memory)) })
const served = (server: object) => createApp(new Mastra({ server: { auth: false, ...server } }))
const handler = () => new Response()

/** Every object of options that an application writes: how it is made, a misspelt option, and what it should be. */
const OBJECTS: readonly (readonly [where: string, make: Make, wrong: object, right: string])[] = [
  ['Mastra', (options) => new Mastra(options), { agent: {} }, 'agents'],
  ['Mastra.server', (server) => new Mastra({ server }), { apiRoute: [] }, 'apiRoutes'],
  ['server.cors', (cors) => served({ cors }), { orgin: 'https://a.example' }, 'origin'],
  ['server.access', (access) => served({ access }), { role: {} }, 'roles'],
  ['server.runs', (runs) => served({ runs }), { retentonDays: 1 }, 'retentionDays'],
  ['server.audit', (audit) => served({ audit }), { retentonDays: 1 }, 'retentionDays'],
  ['server.limits', (limits) => served({ limits }), { answer: {} }, 'answers'],
  [
    'server.limits.answers',
    (answers) => served({ limits: { answers } }),
    { perMinutes: 1 },
    'perMinute',
  ],
  [
    'Agent',
    (options) => withAgent({ ...AGENT, ...(untyped(options) as object) }),
    { instruction: 'x' },
    'instructions',
  ],
  [
    'Agent.model',
    (model) => withAgent({ ...AGENT, model }),
    { url: 'http://a.example', id: 'a', apikey: 'a' },
    'apiKey',
  ],
  ['Memory', withMemory, { option: {} }, 'options'],
  ['Memory.options', (options) => withMemory({ options }), { lastMessage: 1 }, 'lastMessages'],
  [
    'Memory.options.workingMemory',
    (workingMemory) => withMemory({ options: { workingMemory } }),
    { enable: true },
    'enabled',
  ],
  [
    'createTool',
    (options) =>
      withAgent({
        ...AGENT,
        tools: {
          t: createTool(
            untyped({
              id: 't',
              description: 'd',
              execute: handler,
              ...(untyped(options) as object),
            }),
          ),
        },
      }),
    { inputSchem: {} },
    'inputSchema',
  ],
  [
    'registerApiRoute',
    (options) =>
      served({
        apiRoutes: [
          registerApiRoute(
            '/a',
            untyped({ method: 'GET', handler, ...(untyped(options) as object) }),
          ),
        ],
      }),
    { requireAuth: false },
    'requiresAuth',
  ],
  ['createRehearsalModel', createRehearsalModel as Make, { chunkDelay: 1 }, 'chunkDelayMs'],
  ['MastraJwtAuth', (options) => new MastraJwtAuth(options), { secrt: SECRET }, 'secret'],
  [
    'MastraJwtAuth.issuers',
    (issuer) => new MastraJwtAuth({ issuers: [issuer] }),
    { ...ISSUER, audence: 'c' },
    'audience',
  ],
  ['SimpleAuth', (options) => new SimpleAuth(options), { token: {} }, 'tokens'],
  [
    'a provider of the application',
    (options) => new OwnProvider(options),
    { authorizeUsr: () => false },
    'authorizeUser',
  ],
  [
    'defineAuth',
    (options) => defineAuth(options),
    { authenticateToken: () => null, authoriseUser: () => false },
    'authorizeUser',
  ],
  ['createVerifier', (options) => createVerifier(options), { audiance: 'a' }, 'audience'],
  [
    'signToken',
    (options) => signToken({ sub: 'a' }, secretKeys(SECRET).signingKey, options),
    { expiresInSecond: 1 },
    'expiresInSeconds',
  ],
  ['createStore', (options) => createStore(options), { directry: '.' }, 'directory'],
  [
    'createApp',
    (options) => createApp(new Mastra({ server: { auth: false } }), options),
    { isDevelopmnt: true },
    'isDevelopment',
  ],
  ['createLogger', createLogger as Make, { levl: 'info' }, 'level'],
]

describe('an option that is misspelt', () => {
  it.each(OBJECTS)('is refused with the nearest name: %s', (_, make, wrong, right) => {
    expect(() => make(untyped(wrong))).toThrow(new RegExp(`Did you mean ${right}\\?`))
  })

  it('is refused by what begins to listen', async () => {
    await expect(
      serve(() => Promise.reject(new Error('unused')), untyped({ prt: 0 })),
    ).rejects.toThrow('Did you mean port?')
  })

  it('is one of a subclass where it is like none that closes something', () => {
    expect(
      () => new OwnProvider(untyped({ name: 'own', apiUrl: 'https://a.example', users: [] })),
    ).not.toThrow()
  })
})
