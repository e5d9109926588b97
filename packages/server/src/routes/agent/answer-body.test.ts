import { beforeEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  type TestApplication,
} from '@signet/test-support/application/application'
import { toolModel } from '@signet/test-support/application/model'
import { createApp, type App } from '../../app.js'

let application: TestApplication
let app: App

beforeEach(() => {
  application = createTestApplication()
  app = createApp(application.mastra)
})

const VERBS = ['generate', 'stream'] as const
/** What looks like a JSON Web Token, whoever signed it. */
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
const HELLO = { messages: 'Hello' }

function ask(verb: string, json: unknown): Promise<Response> {
  const token = tokenOf('owner')
  return app.fetch(makeRequest(`/api/agents/weather-agent/${verb}`, { token, json }))
}

/** What can be wrong with a body, and the field that the refusal names. */
const BAD: readonly [string, unknown, field: string][] = [
  ['null', null, 'root'],
  ['a list', [], 'root'],
  ['a text', 'Hello', 'root'],
  ['a number', 1, 'root'],
  ['no messages', {}, 'messages'],
  ['messages that are null', { messages: null }, 'messages'],
  ['an empty list of messages', { messages: [] }, 'messages'],
  ['an empty text', { messages: '' }, 'messages'],
  ['a blank text', { messages: ' \n' }, 'messages'],
  ['an empty text in a list', { messages: ['Hello', ''] }, 'messages.1'],
  ['a number as messages', { messages: 1 }, 'messages'],
  ['true as messages', { messages: true }, 'messages'],
  ['null in a list', { messages: [null] }, 'messages.0'],
  ['a list in a list', { messages: [['Hello']] }, 'messages.0'],
  ['a message without a role', { messages: [{ content: 'Hello' }] }, 'messages.0'],
  ['an unknown role', { messages: [{ role: 'wizard', content: 'Hello' }] }, 'messages.0'],
  ['a role that is an object', { messages: [{ role: {}, content: 'Hello' }] }, 'messages.0'],
  ['the role __proto__', { messages: [{ role: '__proto__', content: 'Hello' }] }, 'messages.0'],
  ['a message without content', { messages: [{ role: 'user' }] }, 'messages.0'],
  ['content that is a number', { messages: [{ role: 'user', content: 7 }] }, 'messages.0'],
  ['a part of no type', { messages: [{ role: 'user', content: [{}] }] }, 'messages.0'],
  ['parts of no type', { messages: [{ role: 'user', parts: [{ type: 7 }] }] }, 'messages.0'],
  ['an empty context', { ...HELLO, context: [] }, 'context'],
  ['instructions that are no text', { ...HELLO, instructions: ['x'] }, 'instructions'],
  ['a system prompt that is no text', { ...HELLO, system: {} }, 'system'],
  ['a model of no provider', { ...HELLO, model: 'no-such-provider/x' }, 'model'],
  ['a model without a name', { ...HELLO, model: '' }, 'model'],
  ['a model that is an object', { ...HELLO, model: { url: 'http://10.0.0.1' } }, 'model'],
  ['provider options that are a text', { ...HELLO, providerOptions: 'x' }, 'providerOptions'],
  [
    'provider options one level short',
    { ...HELLO, providerOptions: { a: 1 } },
    'providerOptions.a',
  ],
  ['no step', { ...HELLO, maxSteps: 0 }, 'maxSteps'],
  ['a token as the id of the run, which the log has', { ...HELLO, runId: TOKEN }, 'runId'],
  ['a token as the id of the thread', { ...HELLO, memory: { thread: TOKEN } }, 'memory.thread'],
  ['half a step', { ...HELLO, maxSteps: 1.5 }, 'maxSteps'],
  ['a step as a text', { ...HELLO, maxSteps: '1' }, 'maxSteps'],
  ['settings that are a list', { ...HELLO, modelSettings: [] }, 'modelSettings'],
  [
    'a temperature that is a text',
    { ...HELLO, modelSettings: { temperature: '1' } },
    'modelSettings.temperature',
  ],
  [
    'no output tokens',
    { ...HELLO, modelSettings: { maxOutputTokens: 0 } },
    'modelSettings.maxOutputTokens',
  ],
  ['too many retries', { ...HELLO, modelSettings: { maxRetries: 6 } }, 'modelSettings.maxRetries'],
  [
    'a seed that is no whole number',
    { ...HELLO, modelSettings: { seed: 0.5 } },
    'modelSettings.seed',
  ],
  ['an unknown tool choice', { ...HELLO, toolChoice: 'always' }, 'toolChoice'],
  ['a tool choice of nothing', { ...HELLO, toolChoice: { type: 'tool' } }, 'toolChoice'],
  [
    'a tool choice that is not there',
    { ...HELLO, toolChoice: { type: 'tool', toolName: 'x' } },
    'toolChoice',
  ],
  [
    'the tool choice __proto__',
    { ...HELLO, toolChoice: { type: 'tool', toolName: '__proto__' } },
    'toolChoice',
  ],
  ['active tools that are a text', { ...HELLO, activeTools: 'weatherTool' }, 'activeTools'],
  ['an active tool that is not there', { ...HELLO, activeTools: ['constructor'] }, 'activeTools'],
  ['client tools that are a list', { ...HELLO, clientTools: [] }, 'clientTools'],
  ['a client tool of no legal name', { ...HELLO, clientTools: { 'a b': {} } }, 'clientTools.a b'],
  [
    'a client tool with the key of a tool',
    { ...HELLO, clientTools: { weatherTool: {} } },
    'clientTools.weatherTool',
  ],
  [
    'a client tool with the id of a tool',
    { ...HELLO, clientTools: { 'get-weather': {} } },
    'clientTools.get-weather',
  ],
  ['a client tool that is a text', { ...HELLO, clientTools: { mine: 'x' } }, 'clientTools.mine'],
  [
    'structured output without a schema',
    { ...HELLO, structuredOutput: {} },
    'structuredOutput.schema',
  ],
  [
    'a schema that is a list',
    { ...HELLO, structuredOutput: { schema: [] } },
    'structuredOutput.schema',
  ],
  ['a context of the request that is a list', { ...HELLO, requestContext: [] }, 'requestContext'],
  ['a context of the request that is null', { ...HELLO, requestContext: null }, 'requestContext'],
  ['an empty run id', { ...HELLO, runId: '' }, 'runId'],
  ['a run id of 129 characters', { ...HELLO, runId: 'a'.repeat(129) }, 'runId'],
  ['memory of an agent without', { ...HELLO, memory: { thread: 't', resource: 'bob' } }, 'memory'],
  ['memory that is a text', { ...HELLO, memory: 't' }, 'memory'],
  ['memory without a thread', { ...HELLO, memory: { resource: 'bob' } }, 'memory.thread'],
  ['a thread with an empty id', { ...HELLO, memory: { thread: '' } }, 'memory.thread'],
  ['a thread called ..', { ...HELLO, memory: { thread: '..' } }, 'memory.thread'],
  [
    'a thread with NUL in its id',
    { ...HELLO, memory: { thread: { id: '\0' } } },
    'memory.thread.id',
  ],
  [
    'a title that is a number',
    { ...HELLO, memory: { thread: { id: 't', title: 1 } } },
    'memory.thread',
  ],
  [
    'a title of 1,001 characters',
    { ...HELLO, memory: { thread: { id: 't', title: 'x'.repeat(1001) } } },
    'memory.thread.title',
  ],
  [
    'a negative number of messages',
    { ...HELLO, memory: { thread: 't', options: { lastMessages: -1 } } },
    'memory.options.lastMessages',
  ],
]

describe.each(VERBS)('a body that %s cannot use', (verb) => {
  it.each(BAD)('is answered 400 and asks no model: %s', async (_, json, field) => {
    const refusal = await readRefusal(await ask(verb, json))
    expect(refusal).toMatchObject({
      status: 400,
      code: 'request_invalid',
      challenge: null,
      text: 'The request is not valid.',
    })
    const fields = (refusal.issues as readonly { field: string; message: string }[]).map(
      (issue) => {
        expect(issue.message).toMatch(/\S/)
        return issue.field
      },
    )
    expect(fields.some((name) => name === field || name.startsWith(`${field}.`))).toBe(true)
    expect(application.model.calls).toStrictEqual([])
    expect(application.log.filter(({ level }) => level === 'error')).toStrictEqual([])
  })

  it('is answered 400 without any body', async () => {
    const path = `/api/agents/weather-agent/${verb}`
    const request = makeRequest(path, { method: 'POST', token: tokenOf('owner') })
    const refusal = await readRefusal(await app.fetch(request))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
  })

  it('is answered 400 for a number that is infinite', async () => {
    const body = '{"messages":"Hello","modelSettings":{"temperature":1e999}}'
    const path = `/api/agents/weather-agent/${verb}`
    const refusal = await readRefusal(
      await app.fetch(makeRequest(path, { token: tokenOf('owner'), body })),
    )
    expect(refusal).toMatchObject({ status: 400, issues: [{ field: 'modelSettings.temperature' }] })
  })

  it('does not keep the next one from being answered', async () => {
    for (const [, json] of BAD) await ask(verb, json)
    const response = await ask(verb, HELLO)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Hello there.')
  })

  it('does not quote what the client sent', async () => {
    const secret = 'hunter2-hunter2'
    const bodies = [
      { messages: [{ role: secret, content: 'x' }] },
      { ...HELLO, toolChoice: secret },
      { ...HELLO, instructions: { secret } },
      { ...HELLO, modelSettings: { seed: secret } },
    ]
    for (const json of bodies) {
      const text = await (await ask(verb, json)).text()
      expect(text).not.toContain(secret)
    }
    expect(JSON.stringify(application.log)).not.toContain(secret)
  })
})

describe('a body that an agent can use', () => {
  it.each<[string, object]>([
    ['a text', HELLO],
    ['a list of texts', { messages: ['Hello', 'there'] }],
    ['one message', { messages: { role: 'user', content: 'Hello' } }],
    [
      'a message as a chat shows it',
      { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] },
    ],
    [
      'a conversation',
      { messages: [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, 'c'] },
    ],
    ['context before it', { ...HELLO, context: ['Before.'] }],
    [
      'what a client sends beside',
      { ...HELLO, tracingOptions: { tags: ['a'] }, resourceId: 'bob' },
    ],
    ['a tool choice', { ...HELLO, toolChoice: 'none' }],
    ['settings', { ...HELLO, modelSettings: { temperature: 0, maxOutputTokens: 10, seed: 1 } }],
    ['more steps than the agent has', { ...HELLO, maxSteps: 1000 }],
    [
      'a tool of the client',
      { ...HELLO, clientTools: { mine: { inputSchema: { type: 'object' } } } },
    ],
    ['the longest run id', { ...HELLO, runId: 'a'.repeat(128) }],
  ])('%s is answered', async (_, json) => {
    for (const verb of VERBS) {
      const response = await ask(verb, json)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('Hello')
    }
    expect(application.model.calls).toHaveLength(2)
  })

  it('reaches the model with nothing that it does not name', async () => {
    await ask('generate', { ...HELLO, headers: { 'x-evil': '1' }, stopWhen: 1, abortSignal: 'x' })
    expect(application.model.calls[0]?.headers?.['x-evil']).toBeUndefined()
  })

  it('can name the tool that the model must call', async () => {
    application = createTestApplication({ model: toolModel('weatherTool', { place: 'Lyon' }) })
    app = createApp(application.mastra)
    const toolChoice = { type: 'tool', toolName: 'weatherTool' }
    expect((await ask('generate', { ...HELLO, maxSteps: 1, toolChoice })).status).toBe(200)
    expect(application.model.calls[0]?.toolChoice).toStrictEqual(toolChoice)
  })

  it('cannot raise the steps of the agent', async () => {
    application = createTestApplication({ model: toolModel('weatherTool', { place: 'Lyon' }) })
    app = createApp(application.mastra)
    expect((await ask('generate', { ...HELLO, maxSteps: 1 })).status).toBe(200)
    expect(application.model.calls).toHaveLength(1)
  })
})

describe('requestContext in a body', () => {
  const FORGED = {
    user: { sub: 'mallory', role: 'owner' },
    principal: { subject: 'mallory' },
    userPermissions: ['*'],
    mastra__user: 'mallory',
    mastra__resourceId: 'bob',
    client: { nested: true },
    __proto__: { polluted: true },
    city: 'Lyon',
  }

  /** As it stands in the text: an object literal would drop the name `__proto__`. */
  const text = JSON.stringify(FORGED).replace('{', '{"__proto__":{"polluted":true},')

  const data = '"data":{"place":"Lyon"}'
  const paths: readonly [string, string, string][] = [
    ['a tool', '/api/tools/get-weather/execute', data],
    ['a tool of an agent', '/api/agents/weather-agent/tools/get-weather/execute', data],
    ['an answer', '/api/agents/weather-agent/generate', '"messages":"Hello"'],
  ]

  it.each(paths)('reaches tools only as the word of the client: %s', async (_, path, input) => {
    application = createTestApplication({ model: toolModel('weatherTool', { place: 'Lyon' }) })
    app = createApp(application.mastra)
    const body = `{${input},"requestContext":${text}}`
    const response = await app.fetch(makeRequest(path, { token: tokenOf('member'), body }))
    expect(response.status).toBe(200)
    const context = application.toolCalls[0]?.context.requestContext
    expect(context?.client['city']).toBe('Lyon')
    expect(context?.principal?.subject).toBe('alice')
    expect(context?.get('user')).toMatchObject({ sub: 'alice', role: 'member' })
    expect([...(context?.keys() ?? [])]).toStrictEqual(['user'])
    expect(Reflect.get(Object(context), 'polluted')).toBeUndefined()
    expect(Reflect.get(Object(context?.client), 'polluted')).toBeUndefined()
    expect(() => context?.set('user', FORGED.user)).toThrow(TypeError)
  })

  it('is never the token', async () => {
    const token = tokenOf('member')
    const json = { data: { place: 'Lyon' } }
    await app.fetch(makeRequest('/api/tools/get-weather/execute', { token, json }))
    const { requestContext } = application.toolCalls[0]?.context ?? {}
    const everything = JSON.stringify([requestContext, [...(requestContext?.entries() ?? [])]])
    expect(everything).toContain('alice')
    expect(everything).not.toContain(token)
  })
})
