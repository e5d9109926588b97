import { describe, expect, it, vi } from 'vitest'
import { MockLanguageModelV3 } from 'ai/test'
import { Agent } from './agent/agent.js'
import { RegistrationError, type RegistrationErrorCode } from './error.js'
import { consoleLogger, type Logger } from './log/logger.js'
import { Mastra } from './mastra.js'
import { createTool, type Tool } from './tool/create-tool.js'

function tool(id: string): Tool {
  return createTool({ id, description: id, execute: () => id })
}

function agent(id: string, tools: Readonly<Record<string, Tool>> = {}): Agent {
  return new Agent({
    id,
    name: id,
    instructions: '',
    model: new MockLanguageModelV3({
      doGenerate: () => {
        throw new Error('no answer')
      },
    }),
    tools,
  })
}

function logger(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const log = (message: string) => void lines.push(message)
  return { lines, debug: log, info: log, warn: log, error: log }
}

function expectRefusal(work: () => unknown, code: RegistrationErrorCode): void {
  expect(work).toThrow(RegistrationError)
  expect(work).toThrow(expect.objectContaining({ code }))
}

describe('an agent', () => {
  const weather = agent('weather-agent')
  const mastra = new Mastra({ agents: { weatherAgent: weather } })

  it.each(['weatherAgent', 'weather-agent'])('is found as %s, by its key or its id', (name) => {
    expect(mastra.findAgent(name)).toBe(weather)
    expect(mastra.getAgent(name)).toBe(weather)
    expect(mastra.getAgentById(name)).toBe(weather)
  })

  it.each([
    '',
    'weather',
    'WeatherAgent',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ])('is not found as %j', (name) => {
    expect(mastra.findAgent(name)).toBeUndefined()
    expectRefusal(() => mastra.getAgent(name), 'agent_unknown')
    expectRefusal(() => mastra.getAgentById(name), 'agent_unknown')
  })

  it('is listed once, by its key', () => {
    expect(mastra.listAgents()).toEqual({ weatherAgent: weather })
    expect(Object.isFrozen(mastra.listAgents())).toBe(true)
  })

  it('may be registered under its own id, and under two keys', () => {
    const one = agent('one')
    const both = new Mastra({ agents: { one, other: one } })

    expect(both.findAgent('one')).toBe(one)
    expect(both.findAgent('other')).toBe(one)
  })

  it('may be called __proto__', () => {
    const strange = agent('__proto__')
    const agents = Object.fromEntries([['__proto__', strange]])

    expect(new Mastra({ agents }).findAgent('__proto__')).toBe(strange)
    expect(Object.keys(new Mastra({ agents }).listAgents())).toEqual(['__proto__'])
  })

  it.each<[string, Record<string, Agent>]>([
    ['two ids', { a: agent('x'), b: agent('x') }],
    ['a key and a later id', { x: agent('a'), b: agent('x') }],
    ['an id and a later key', { a: agent('x'), x: agent('b') }],
  ])('is refused when its name is that of another: %s', (_, agents) => {
    expectRefusal(() => new Mastra({ agents }), 'id_duplicate')
  })

  it.each(['', 'weather agent', 'a/b', '*', 'a:b', 'wétter', 'a'.repeat(129)])(
    'is refused under the key %j',
    (key) => {
      expectRefusal(() => new Mastra({ agents: { [key]: agent('x') } }), 'id_illegal')
    },
  )

  it.each(['', 'weather agent', 'a/b', '*', 'a:b', 'wétter', 'a'.repeat(129)])(
    'is refused with the id %j',
    (id) => {
      expectRefusal(() => agent(id), 'id_illegal')
    },
  )

  it('takes its name for its id, which must be legal then', () => {
    const config = { instructions: '', model: new MockLanguageModelV3() }

    expect(new Agent({ ...config, name: 'weather' }).id).toBe('weather')
    expectRefusal(() => new Agent({ ...config, name: 'Weather Agent' }), 'id_illegal')
  })
})

describe('a tool', () => {
  const weather = tool('get-weather')
  const time = tool('get-time')
  const mastra = new Mastra({
    agents: { a: agent('a', { weatherTool: weather }), b: agent('b', { weather }) },
    tools: { clock: time },
  })

  it('of an agent is found by its id, and of the application by its key, too', () => {
    expect(mastra.findTool('get-weather')).toBe(weather)
    expect(mastra.getTool('get-weather')).toBe(weather)
    expect(mastra.findTool('get-time')).toBe(time)
    expect(mastra.findTool('clock')).toBe(time)
  })

  it.each(['', 'weatherTool', 'weather', '__proto__', 'constructor', 'toString'])(
    'is not found as %j',
    (name) => {
      expect(mastra.findTool(name)).toBeUndefined()
      expectRefusal(() => mastra.getTool(name), 'tool_unknown')
    },
  )

  it('is listed once, by its id, even where two agents have it', () => {
    expect(mastra.listTools()).toEqual({ 'get-weather': weather, 'get-time': time })
  })

  it.each<[string, () => Mastra]>([
    ['of two tools', () => new Mastra({ tools: { a: tool('x'), b: tool('x') } })],
    ['of a key and an id', () => new Mastra({ tools: { x: tool('a'), b: tool('x') } })],
    [
      'of tools of two agents',
      () =>
        new Mastra({
          agents: { a: agent('a', { t: tool('x') }), b: agent('b', { t: tool('x') }) },
        }),
    ],
    [
      'of a key and a tool of an agent',
      () => new Mastra({ tools: { x: tool('y') }, agents: { a: agent('a', { t: tool('x') }) } }),
    ],
  ])('is refused when its name is that %s', (_, create) => {
    expectRefusal(create, 'id_duplicate')
  })

  it.each<[string, Record<string, Tool>]>([
    ['two ids', { a: tool('x'), b: tool('x') }],
    ['a name and an id', { x: tool('a'), b: tool('x') }],
    ['an id and a name', { a: tool('x'), x: tool('b') }],
  ])('of an agent is refused when its name is that of another: %s', (_, tools) => {
    expectRefusal(() => agent('a', tools), 'id_duplicate')
  })

  it('of an agent is refused under a name that is not legal', () => {
    expectRefusal(() => agent('a', { 'get weather': tool('x') }), 'id_illegal')
  })
})

describe('an application without agents', () => {
  it('has nothing, and no configuration', () => {
    const mastra = new Mastra()

    expect(mastra.listAgents()).toEqual({})
    expect(mastra.listTools()).toEqual({})
    expect(mastra.getServer()).toEqual({})
  })
})

describe('how an application is served', () => {
  it('is a frozen copy of what was configured', () => {
    const server = { port: 4000 }
    const mastra = new Mastra({ server })
    server.port = 5000

    expect(mastra.getServer().port).toBe(4000)
    expect(Object.isFrozen(mastra.getServer())).toBe(true)
  })
})

describe('the log of an application', () => {
  async function logLine(one: Agent): Promise<void> {
    const stream = await one.stream('Hi')
    await expect(stream.getFullOutput()).rejects.toThrow()
  }

  it('goes to the console where nobody says where', () => {
    expect(new Mastra().getLogger()).toBe(consoleLogger)
  })

  it('goes where the application says, for its agents, too', async () => {
    const own = logger()
    const one = agent('one')
    const mastra = new Mastra({ agents: { one }, logger: own })

    await logLine(one)

    expect(mastra.getLogger()).toBe(own)
    expect(own.lines).toHaveLength(1)
  })

  it('goes where the server says, unless the application does', async () => {
    const servers = logger()
    const own = logger()
    const one = agent('one')
    const other = agent('other')
    const silent = new Mastra({ agents: { one } })
    const outspoken = new Mastra({ agents: { other }, logger: own })

    silent.setDefaultLogger(servers)
    outspoken.setDefaultLogger(servers)
    await logLine(one)
    await logLine(other)

    expect(silent.getLogger()).toBe(servers)
    expect(outspoken.getLogger()).toBe(own)
    expect(servers.lines).toHaveLength(1)
    expect(own.lines).toHaveLength(1)
  })

  it('can be sent elsewhere at any time', () => {
    const mastra = new Mastra({ logger: logger() })
    const other = logger()

    mastra.setLogger(other)

    expect(mastra.getLogger()).toBe(other)
  })
})

describe('the console logger', () => {
  it('writes warnings and errors, and nothing else', () => {
    const spies = (['debug', 'info', 'log', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockReturnValue(),
    )

    consoleLogger.debug('a')
    consoleLogger.info('b')
    consoleLogger.warn('c', { count: 1 })
    consoleLogger.error('d')

    expect(spies.map(({ mock }) => mock.calls)).toEqual([
      [],
      [],
      [],
      [['c', { count: 1 }]],
      [['d', '']],
    ])
    vi.restoreAllMocks()
  })
})
