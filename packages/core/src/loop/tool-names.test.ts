import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  events,
  json,
  playChat,
  says,
  type ChatAnswer,
  type ChatServer,
} from '@signet/test-support/http/chat-server'
import { Agent } from '../agent/agent.js'
import { createTool } from '../tool/create-tool.js'
import type { LoopTool } from './call.js'
import { ToolNames } from './tool-names.js'

const LIMIT = /^[a-zA-Z0-9_-]{1,64}$/

const toolsOf = (...names: readonly string[]): ReadonlyMap<string, LoopTool> =>
  new Map(names.map((name) => [name, { definition: { type: 'function', name, inputSchema: {} } }]))

describe('the name that a model knows a tool by', () => {
  it.each(['add', 'get-weather', 'A_b-9', '_x', 'a'.repeat(64)])('is its own: %s', (name) => {
    expect(new ToolNames(toolsOf(name)).toModel(name)).toBe(name)
  })

  it.each(['mail.send', '9lives', '-x', '.', 'a'.repeat(65), 'b.'.repeat(64)])(
    'is one that every provider takes, and leads back: %s',
    (name) => {
      const names = new ToolNames(toolsOf(name))
      const own = names.toModel(name)

      expect(own).toMatch(LIMIT)
      expect(own).toMatch(/^[A-Za-z_]/)
      expect(names.fromModel(own)).toBe(name)
      expect(new ToolNames(toolsOf(name, 'other')).toModel(name)).toBe(own)
    },
  )

  it('is that of no other tool', () => {
    const long = 'a'.repeat(100)
    const given = ['a.b', 'a-b', 'a_b', `${long}.x`, `${long}.y`, `${long}x`]
    const taken = new ToolNames(toolsOf('a.b')).toModel('a.b')
    const names = new ToolNames(toolsOf(...given, taken))
    const own = [...given, taken].map((name) => names.toModel(name))

    expect(new Set(own).size).toBe(own.length)
    expect(own.map((name) => names.fromModel(name))).toEqual([...given, taken])
  })

  it('is its own where the model calls it by the name of the application', () => {
    expect(new ToolNames(toolsOf('a.b')).fromModel('a.b')).toBe('a.b')
  })
})

let server: ChatServer | undefined

afterEach(() => server?.close())

const ID = `mail.send.${'x'.repeat(100)}`

const send = createTool({
  id: ID,
  description: 'Sends mail',
  inputSchema: z.object({ to: z.string() }),
  execute: ({ to }) => `sent to ${to}`,
})

async function agentOf(...answers: readonly ChatAnswer[]): Promise<Agent> {
  server = await playChat(...answers)
  const model = { url: server.url, id: 'm' }
  return new Agent({ id: 'a', name: 'A', instructions: '', model, tools: { [ID]: send } })
}

/** Calls the first tool that is offered, by the name that it is offered by. */
const callsFirst: ChatAnswer = (response, request) => {
  const name = request.tools?.[0]?.function['name']
  const call = { index: 0, id: 'c', function: { name, arguments: '{"to":"Ann"}' } }
  const said = { role: 'assistant', content: null, tool_calls: [call] }
  if (request.stream !== true) json({ choices: [{ message: said }] })(response, request)
  else
    events(`data: ${JSON.stringify({ choices: [{ delta: said }] })}\n\ndata: [DONE]\n\n`)(
      response,
      request,
    )
}

/** The names of tools in the requests that the server has seen. */
function namesSeen(): readonly unknown[] {
  return (server?.seen ?? []).flatMap(({ tools = [], messages, tool_choice: choice }) => [
    ...tools.map((tool) => tool.function['name']),
    ...JSON.parse(JSON.stringify([messages, choice]))
      .flat(3)
      .flatMap(
        (each: { tool_calls?: { function: { name: string } }[]; function?: { name: string } }) => [
          ...(each?.tool_calls ?? []).map((call) => call.function.name),
          ...(each?.function ? [each.function.name] : []),
        ],
      ),
  ])
}

describe('a tool whose id no provider takes', () => {
  it.each(['generate', 'stream'] as const)('works by %s, and keeps its id', async (mode) => {
    const agent = await agentOf(callsFirst, says('Done.'))
    const output =
      mode === 'generate'
        ? await agent.generate('Mail Ann')
        : await (await agent.stream('Mail Ann')).getFullOutput()

    expect(output.text).toBe('Done.')
    expect(output.toolResults.map(({ payload }) => [payload.toolName, payload.result])).toEqual([
      [ID, 'sent to Ann'],
    ])
    expect(JSON.stringify(output.messages)).toContain(ID)
    expect(namesSeen().length).toBeGreaterThan(2)
    for (const name of namesSeen()) expect(name).toMatch(LIMIT)
  })

  it('has its id in every chunk of a stream', async () => {
    const names: unknown[] = []
    for await (const chunk of (await (await agentOf(callsFirst, says('Done.'))).stream('Mail'))
      .fullStream) {
      const payload: unknown = 'payload' in chunk ? chunk.payload : undefined
      const name: unknown = Object(payload).toolName
      if (name !== undefined) names.push(name)
    }

    expect(names.length).toBeGreaterThan(1)
    expect(new Set(names)).toEqual(new Set([ID]))
  })

  it('may be the one that is to be called', async () => {
    const toolChoice = { type: 'tool', toolName: ID } as const
    const agent = await agentOf(callsFirst)
    await agent.generate('Mail Ann', { toolChoice, maxSteps: 1 })

    expect(server?.seen[0]?.tool_choice).toEqual({
      type: 'function',
      function: { name: server?.seen[0]?.tools?.[0]?.function['name'] },
    })
  })

  it('is told of by a name that is taken where it is only in the history', async () => {
    const call = { type: 'tool-call', toolCallId: 'c', toolName: 'old.tool', input: {} }
    const result = { ...call, type: 'tool-result', output: { type: 'text', value: 'x' } }
    const agent = await agentOf(says('Done.'))
    await agent.generate([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [call] },
      { role: 'tool', content: [result] },
      { role: 'user', content: 'And?' },
    ])

    for (const name of namesSeen()) expect(name).toMatch(LIMIT)
    expect(JSON.stringify(server?.seen)).not.toContain('old.tool')
  })
})

describe('the input of a tool as a provider gets it', () => {
  it.each<readonly [string, object | undefined, object]>([
    ['names its members where there are none', undefined, { type: 'object', properties: {} }],
    [
      'is one object for several forms',
      z.discriminatedUnion('k', [
        z.object({ k: z.literal('a'), n: z.number() }),
        z.object({ k: z.literal('b'), s: z.string() }),
      ]),
      {
        type: 'object',
        properties: {
          k: { anyOf: [{ const: 'a' }, { const: 'b' }] },
          n: { type: 'number' },
          s: { type: 'string' },
        },
        required: ['k'],
      },
    ],
    [
      'is one object for several parts',
      {
        allOf: [
          { properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'string' } } },
        ],
      },
      { type: 'object', properties: { a: {}, b: {} }, required: ['a'] },
    ],
    [
      'follows references',
      {
        $ref: '#/$defs/x',
        $defs: { x: { type: 'object', properties: { a: { type: 'string' } } } },
      },
      { type: 'object', properties: { a: { type: 'string' } } },
    ],
  ])('%s, and is never claimed to be strict', async (_, inputSchema, parameters) => {
    server = await playChat(says('Done.'))
    const tool = createTool({ id: 't', description: '', inputSchema, execute: () => 1 })
    const model = { url: server.url, id: 'm' }
    await new Agent({ id: 'a', name: 'A', instructions: '', model, tools: { tool } }).generate('Hi')
    const offered = server.seen[0]?.tools?.[0]?.function

    expect(offered?.['parameters']).toMatchObject(parameters)
    expect(offered?.['parameters']).not.toHaveProperty('anyOf')
    expect(offered?.['parameters']).not.toHaveProperty('oneOf')
    expect(offered).not.toHaveProperty('strict')
  })
})

describe('the input of a tool of the client', () => {
  it('has no null for what may be left out', async () => {
    server = await playChat((response, request) => {
      const input = JSON.stringify({ q: 'x', limit: null, sort: null })
      const call = { id: 'c', function: { name: 'find', arguments: input } }
      json({ choices: [{ message: { content: null, tool_calls: [call] } }] })(response, request)
    })
    const properties = {
      q: { type: 'string' },
      limit: { type: 'number' },
      sort: { type: ['string', 'null'] },
    }
    const clientTools = { find: { inputSchema: { type: 'object', properties, required: ['q'] } } }
    const model = { url: server.url, id: 'm' }
    const agent = new Agent({ id: 'a', name: 'A', instructions: '', model })
    const { toolCalls } = await agent.generate('Find x', { clientTools })

    expect(toolCalls.map(({ payload }) => payload.args)).toEqual([{ q: 'x', sort: null }])
  })
})
