import { OptionsError, type RefusedOption } from '@signet/auth'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Agent } from '../agent/agent.js'
import type { AgentOptions } from '../agent/options.js'
import type { Logger } from '../log/logger.js'
import { Mastra } from '../mastra.js'
import { Memory } from '../memory/memory.js'
import type { MemoryStorage } from '../memory/storage.js'
import { registerApiRoute } from '../server/api-route.js'
import { createTool, type Tool, type ToolConfig } from '../tool/create-tool.js'
import { RequestContext } from '../request-context.js'

const MODEL = 'signet/rehearsal'
const context = { requestContext: new RequestContext() }

/** Options as they come from a program without types. */
function untyped<Options>(options: object): Options {
  return options as Options
}

type Config = ToolConfig<z.ZodType, z.ZodType>
type Execute = Config['execute']

function toolOf(options: object, execute: Execute = () => 'ran'): Tool {
  return createTool(
    untyped<Config>({
      id: 'send-mail',
      description: 'Sends mail',
      execute,
      ...options,
    }),
  )
}

function agentOf(options: object): Agent {
  return new Agent(
    untyped({ id: 'writer', name: 'Writer', instructions: 'Write.', model: MODEL, ...options }),
  )
}

/** What an application is refused; nothing where it is not. */
function refusedBy(config: object): readonly RefusedOption[] {
  try {
    return new Mastra(untyped(config)).listUnsupported()
  } catch (error) {
    if (error instanceof OptionsError) return error.refused
    throw error
  }
}

function namesRefused(config: object): readonly string[] {
  return refusedBy(config).map(({ where, name }) => `${where}: ${name}`)
}

describe('an application', () => {
  it('is refused everything that it was given and does not get, at once', () => {
    const memory = new Memory(untyped({ vector: {}, embedder: 'x/y', options: { readonly: true } }))
    const agent = agentOf({
      memory,
      scorers: { one: {} },
      tools: { mail: toolOf({ toModelOutput: () => 1 }) },
    })
    const config = {
      agents: { agent },
      vectors: { w: {} },
      server: { middleware: [() => {}], prot: 80 },
    }
    expect(namesRefused(config)).toEqual([
      'Mastra: vectors',
      'Mastra: server.middleware',
      'Mastra: server.prot',
      'Agent "writer": scorers',
      'Memory of agent "writer": embedder',
      'Memory of agent "writer": options.readonly',
      'Tool "send-mail": toModelOutput',
    ])
  })

  it('names what is missing, and what to do', () => {
    expect(() => new Mastra(untyped({ vectors: { w: {} } }))).toThrow(
      'Mastra: vectors. Signet does not have vectors. Leave the option out.',
    )
  })

  it('names the nearest option where nobody has one of that name', () => {
    expect(() => new Mastra(untyped({ agent: {} }))).toThrow('Did you mean agents?')
  })

  it('may have everything that is served', () => {
    const agent = agentOf({
      tools: { mail: toolOf({}) },
      memory: new Memory({ options: { lastMessages: 3, workingMemory: { enabled: true } } }),
    })
    expect(
      namesRefused({ agents: { agent }, server: { port: 80, cors: false }, logger: false }),
    ).toEqual([])
  })

  it('may have options of Mastra that ask for nothing', () => {
    const agent = agentOf({
      scorers: {},
      inputProcessors: [],
      tools: { mail: toolOf({ requireApproval: false }) },
    })
    expect(namesRefused({ agents: { agent }, workflows: {}, mcpServers: undefined })).toEqual([])
  })

  it.each([
    ['agents', { agents: { a: { generate() {} } } }, 'Mastra: agents.a'],
    ['tools', { tools: { t: { id: 't', execute() {} } } }, 'Mastra: tools.t'],
    ['a storage', { storage: { init() {} } }, 'Mastra: storage'],
    ['a logger', { logger: { log() {} } }, 'Mastra: logger'],
    ['a function for the origins', { server: { cors: () => {} } }, 'Mastra: server.cors'],
    [
      'a function for an origin',
      { server: { cors: { origin() {} } } },
      'Mastra: server.cors.origin',
    ],
    [
      'a limit of its own',
      { server: { cors: { origin: 'https://a.example', maxAge: 1 } } },
      'Mastra: server.cors.maxAge',
    ],
    [
      'a misspelt group',
      { server: { revocation: { pollMS: 1 } } },
      'Mastra: server.revocation.pollMS',
    ],
    ['a check of roles', { server: { rbac: { can() {} } } }, 'Mastra: server.rbac'],
  ])('is refused %s of others', (_, config, name) => {
    expect(namesRefused(config)).toContain(name)
  })

  it.each([
    ['tools as a function', { tools: () => ({}) }, 'Agent "writer": tools'],
    [
      'a tool of another library',
      { tools: { ai: { parameters: {}, execute() {} } } },
      'Agent "writer": tools.ai',
    ],
    ['a memory as a function', { memory: () => ({}) }, 'Agent "writer": memory'],
    ['a memory of another library', { memory: { recall() {} } }, 'Agent "writer": memory'],
    [
      'headers for the server of its model',
      { model: { url: 'http://127.0.0.1:1/v1', id: 'm', headers: {} } },
      'Agent "writer": model.headers',
    ],
    ['several models', { model: [{ model: MODEL }] }, 'Agent "writer": model'],
    ['a name that is not a text', { name: 5 }, 'Agent "writer": name'],
    ['a description that is not a text', { description: 5 }, 'Agent "writer": description'],
    [
      'instructions that are not a text',
      { instructions: [{ role: 'user', content: 'a' }] },
      'Agent "writer": instructions',
    ],
    [
      'instructions with options for a provider',
      { instructions: { role: 'system', content: 'a', providerOptions: { x: {} } } },
      'Agent "writer": instructions',
    ],
    ['processors', { outputProcessors: [{}] }, 'Agent "writer": outputProcessors'],
  ])('is refused an agent with %s', (_, options, name) => {
    expect(namesRefused({ agents: { agent: agentOf(options) } })).toEqual([name])
  })

  it.each([
    ['members that are schemas', { to: z.string() }],
    ['a JSON Schema with a pattern that is none', { type: 'string', pattern: '(' }],
    ['a Standard Schema alone', { '~standard': { version: 1, vendor: 'x', validate() {} } }],
  ])('is refused a tool whose input is described by %s', (_, inputSchema) => {
    const tool = toolOf({ inputSchema })
    expect(namesRefused({ tools: { tool } })).toEqual(['Tool "send-mail": inputSchema'])
  })
})

describe('an application that says unsupported: warn', () => {
  it('is served without what closes nothing, and lists it', () => {
    const agent = agentOf({ scorers: { one: {} }, model: MODEL })
    const mastra = new Mastra(
      untyped({ agents: { agent }, vectors: { w: {} }, unsupported: 'warn' }),
    )
    expect(mastra.listUnsupported().map(({ name }) => name)).toEqual(['vectors', 'scorers'])
  })

  it.each([
    [
      'a tool that shortens what a model reads',
      { tools: { mail: toolOf({ toModelOutput: () => 1 }) } },
    ],
    [
      'a tool whose input nobody would check',
      { tools: { mail: toolOf({ inputSchema: { to: 'text' } }) } },
    ],
    ['middleware', { server: { middleware: () => {} } }],
    ['input processors', { agents: { agent: agentOf({ inputProcessors: [{}] }) } }],
    ['output processors', { agents: { agent: agentOf({ outputProcessors: () => [] }) } }],
    ['a misspelt option', { wokflows: {} }],
  ])('is still refused %s', (_, config) => {
    expect(refusedBy({ ...config, unsupported: 'warn' })).toHaveLength(1)
  })

  it('is refused any other word', () => {
    expect(() => new Mastra(untyped({ unsupported: 'ignore' }))).toThrow(
      "must be 'refuse' or 'warn'",
    )
  })

  it('answers without an option of an answer that closes nothing, and warns once', async () => {
    const agent = agentOf({})
    const warn = vi.fn<Logger['warn']>()
    const logger: Logger = { debug() {}, info() {}, warn, error() {} }
    const mastra = new Mastra({ agents: { agent }, logger, unsupported: 'warn' })
    expect(mastra.listUnsupported()).toEqual([])
    const options = untyped<object>({ onFinish() {} })
    await agent.generate('Hello', options)
    await agent.generate('Hello', options)
    expect(warn).toHaveBeenCalledTimes(1)
    await expect(
      agent.generate('Hello', untyped<AgentOptions>({ prepareStep: () => ({}) })),
    ).rejects.toThrow(OptionsError)
  })
})

describe('without a Mastra', () => {
  it('a tool with an option that closes something does not run', async () => {
    const execute = vi.fn<Execute>()
    const tool = toolOf({ toModelOutput: () => 1 }, execute)
    await expect(tool.execute({}, context)).rejects.toThrow('toModelOutput')
    expect(execute).not.toHaveBeenCalled()
    expect(await toolOf({ toModelOutput: undefined }).execute({}, context)).toBe('ran')
  })

  it.each([
    ['the agent', () => agentOf({ scorers: { one: {} } })],
    ['its memory', () => agentOf({ memory: new Memory(untyped({ embedder: 'x/y' })) })],
    ['one of its tools', () => agentOf({ tools: { mail: toolOf({ toModelOutput: () => 1 }) } })],
  ])('an agent does not answer where an option of %s is refused', async (_, make) => {
    await expect(make().generate('Hello')).rejects.toThrow(OptionsError)
    await expect(make().stream('Hello')).rejects.toThrow(OptionsError)
  })
})

describe('an answer', () => {
  it.each([
    ['onFinish', { onFinish() {} }],
    ['stopWhen', { stopWhen() {} }],
    ['structuredOutput.model', { structuredOutput: { schema: z.object({}), model: MODEL } }],
    ['prepareStep', { prepareStep: () => ({}) }],
    ['maxStep', { maxStep: 3 }],
  ])('is refused %s', async (name, options) => {
    await expect(agentOf({}).generate('Hello', untyped<AgentOptions>(options))).rejects.toThrow(
      name,
    )
  })

  it.each(['yes', 1, [], {}, () => true])(
    'is refused a requireToolApproval that is neither true nor false: %o',
    async (requireToolApproval) => {
      await expect(
        agentOf({}).generate('Hello', untyped<AgentOptions>({ requireToolApproval })),
      ).rejects.toMatchObject({ issues: [{ field: 'requireToolApproval' }] })
    },
  )

  it('may have options of Mastra that ask for nothing', async () => {
    const options = { requireToolApproval: false, toolsets: {}, scorers: undefined } as const
    await expect(agentOf({}).generate('Hello', options)).resolves.toBeDefined()
  })
})

describe('a route', () => {
  const handler = () => new Response('here')

  it.each(['requiresPermission', 'fga', 'createHandler', 'cors'])('is refused %s', (name) => {
    const route = registerApiRoute('/here', untyped({ method: 'GET', handler, [name]: { a: 1 } }))
    expect(namesRefused({ server: { apiRoutes: [route] } })).toEqual([`Route /here: ${name}`])
  })

  it('is refused a misspelt access, which would not close it', () => {
    const route = registerApiRoute(
      '/here',
      untyped({ method: 'GET', handler, acess: 'agents:read' }),
    )
    const [refused] = refusedBy({ server: { apiRoutes: [route] }, unsupported: 'warn' })
    expect(refused?.remedy).toContain('Did you mean access?')
  })

  it('may be a plain object, and is then as closed as any other', () => {
    const mastra = new Mastra({
      server: { apiRoutes: [{ path: '/here', method: 'GET', handler }] },
    })
    expect(mastra.getServer().apiRoutes).toEqual([
      registerApiRoute('/here', { method: 'GET', handler }),
    ])
  })

  it.each([[{ method: 'GET', handler }], [null], ['/here']])(
    'is refused where it is none: %j',
    (route) => {
      expect(() => new Mastra(untyped({ server: { apiRoutes: [route] } }))).toThrow(
        'registerApiRoute',
      )
    },
  )
})

describe('a tool', () => {
  it('finds its application, and the thread and owner of the answer', async () => {
    const execute = vi.fn<Execute>(() => 'ran')
    const agent = agentOf({ tools: { mail: toolOf({}, execute) } })
    const mastra = new Mastra({ agents: { agent } })
    await agent.generate('Send mail')
    expect(execute).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ mastra, agent: expect.objectContaining({ agentId: 'writer' }) }),
    )
  })
})

describe('the instructions of an agent', () => {
  it.each([
    [['One.', { role: 'system', content: 'Two.' }], 'One.\n\nTwo.'],
    [{ role: 'system', content: 'One.' }, 'One.'],
    ['One.', 'One.'],
  ])('may be %j', async (instructions, text) => {
    expect(await agentOf({ instructions }).getInstructions()).toBe(text)
    expect(await agentOf({ instructions: () => instructions }).getInstructions()).toBe(text)
  })

  it('may not be anything else, also where a function says them', async () => {
    await expect(agentOf({ instructions: () => 7 }).getInstructions()).rejects.toThrow(
      'must be, or return, a text, a system message',
    )
  })
})

describe('options that are an object of a class', () => {
  class Guarded {
    id = 'writer'
    name = 'Writer'
    instructions = 'Write.'
    model = MODEL
    get inputProcessors(): object[] {
      return [{}]
    }
  }

  it('are refused a guard of the class, wherever it stands', () => {
    const agent = new Agent(untyped(new Guarded()))
    expect(namesRefused({ agents: { agent } })).toEqual(['Agent "writer": inputProcessors'])
    class Tool {
      id = 'send-mail'
      description = 'Sends mail'
      execute(): string {
        return 'ran'
      }
      toModelOutput(): string {
        return 'less'
      }
    }
    const tool = createTool(untyped<Config>(new Tool()))
    expect(namesRefused({ tools: { tool } })).toEqual(['Tool "send-mail": toModelOutput'])
    class Server {
      get middleware(): object[] {
        return [() => {}]
      }
    }
    expect(namesRefused({ server: new Server() })).toEqual(['Mastra: server.middleware'])
    const hidden = Object.defineProperty(
      { id: 'a', description: '', execute() {} },
      'toModelOutput',
      {
        value: () => 1,
        enumerable: false,
      },
    )
    expect(namesRefused({ tools: { tool: createTool(untyped<Config>(hidden)) } })).toHaveLength(1)
  })

  it('are refused an inherited option of an answer', async () => {
    const options: object = Object.create({ prepareStep: () => ({}) }) as object
    await expect(agentOf({}).generate('Hello', options)).rejects.toThrow('prepareStep')
  })

  it('keep what the class says of who may do what', () => {
    class Server {
      get access(): object {
        return { roles: { chef: ['tools:read'] } }
      }
    }
    const mastra = new Mastra({ server: untyped(new Server()) })
    expect(mastra.getServer().access?.roles).toEqual({ chef: ['tools:read'] })
    class Route {
      path = '/here'
      method = 'GET'
      handler = () => new Response('here')
      get access(): string {
        return 'agents:delete'
      }
    }
    const { apiRoutes } = new Mastra(untyped({ server: { apiRoutes: [new Route()] } })).getServer()
    expect(apiRoutes?.[0]?.access).toBe('agents:delete')
  })
})

describe('a copy of what was made', () => {
  it.each([
    ['an approval', { requireApproval: true }],
    ['another schema', { inputSchema: z.object({ to: z.string() }) }],
    ['nothing', {}],
  ])('is refused: a tool with %s added', async (_, changes) => {
    const copy = { ...toolOf({}), ...changes }
    expect(namesRefused({ tools: { copy }, unsupported: 'warn' })).toEqual(['Mastra: tools.copy'])
    const agent = agentOf({ tools: { copy } })
    expect(namesRefused({ agents: { agent }, unsupported: 'warn' })).toEqual([
      'Agent "writer": tools.copy',
    ])
    await expect(agent.generate('Hello')).rejects.toThrow(OptionsError)
  })

  it('is refused: a tool that inherits from one', () => {
    const heir: object = Object.create(toolOf({}), { requireApproval: { value: true } }) as object
    expect(namesRefused({ tools: { heir } })).toEqual(['Mastra: tools.heir'])
  })

  it('is read anew: a route that was frozen by somebody else', () => {
    const route = {
      path: '/here',
      method: 'GET',
      handler: () => new Response('here'),
      access: 'public',
      requiresAuth: true,
      middleware: [],
    }
    expect(() => new Mastra(untyped({ server: { apiRoutes: [Object.freeze(route)] } }))).toThrow(
      'contradict each other',
    )
  })
})

describe('a subclass', () => {
  it('is refused members that the class of Mastra would ask', () => {
    class Moderated extends Agent {
      inputProcessors = [{}]
    }
    class Filtered extends Memory {
      processors = [{}]
    }
    const config = { id: 'writer', name: 'Writer', instructions: '', model: MODEL }
    const agent = new Moderated({ ...config, memory: new Filtered() })
    expect(namesRefused({ agents: { agent } })).toEqual([
      'Agent "writer": inputProcessors',
      'Memory of agent "writer": processors',
    ])
    class Plain extends Agent {
      nickname = 'Bob'
    }
    expect(namesRefused({ agents: { agent: new Plain(config) } })).toEqual([])
  })
})

describe('an agent of two applications', () => {
  it('is refused the second, where it would remember for the first', () => {
    const storage = () =>
      untyped<MemoryStorage>({ lastMessages() {}, commitExchange() {}, listThreads() {} })
    const [first, second] = [storage(), storage()]
    const agent = agentOf({})
    const mastra = new Mastra({ agents: { agent, again: agent }, storage: first })
    expect(mastra.getAgent('again')).toBe(agent)
    expect(() => new Mastra({ agents: { agent }, storage: first })).not.toThrow()
    expect(() => new Mastra({ agents: { agent }, storage: second })).toThrow(
      expect.objectContaining({ code: 'agent_taken' }),
    )
  })
})

describe('options below those of an answer', () => {
  it.each([
    ['modelSettings.maxTokens', { modelSettings: { maxTokens: 7 } }],
    ['modelSettings.temprature', { modelSettings: { temprature: 1 } }],
    ['memory.readOnly', { memory: { thread: 't', readOnly: true } }],
    ['memory.options.readonly', { memory: { thread: 't', options: { readonly: true } } }],
    [
      'memory.options.semanticRecall',
      { memory: { thread: 't', options: { semanticRecall: true } } },
    ],
    ['clientTools.ask.requireApproval', { clientTools: { ask: { requireApproval: true } } }],
    ['prepareStep', { prepareStep() {} }],
  ])('are refused where they are not served: %s', async (name, options) => {
    await expect(agentOf({}).generate('Hello', untyped<AgentOptions>(options))).rejects.toThrow(
      `: ${name}.`,
    )
  })

  it('are taken where they are', async () => {
    const options = {
      modelSettings: { temperature: 1 },
      clientTools: { ask: { description: 'Asks' } },
    }
    await expect(agentOf({}).generate('Hello', options)).resolves.toBeDefined()
  })
})

describe('what asks for nothing', () => {
  it.each([
    { agents: null, tools: null, server: null, storage: null, logger: null },
    { agents: undefined, server: { cors: null, apiRoutes: null } },
  ])('may be null', (config) => {
    expect(namesRefused(config)).toEqual([])
  })

  it('may be null in a memory and an agent', () => {
    expect(() => new Memory(untyped({ options: null }))).not.toThrow()
    expect(() => new Memory(untyped({ options: { workingMemory: null } }))).not.toThrow()
    expect(namesRefused({ agents: { agent: agentOf({ memory: null }) } })).toEqual([])
  })
})

describe('an option that can only be switched on', () => {
  it.each([
    [
      'options.filterIncompleteToolCalls',
      (value: boolean) => new Memory(untyped({ options: { filterIncompleteToolCalls: value } })),
    ],
    [
      'server.handleShutdownSignals',
      (value: boolean) => new Mastra(untyped({ server: { handleShutdownSignals: value } })),
    ],
  ])('is refused where it is switched off: %s', (_, make) => {
    expect(() => make(false)).toThrow('must be true or left out')
    expect(() => make(true)).not.toThrow()
  })
})

describe('middleware of a route', () => {
  it.each([[[false]], [[undefined]], [[{ path: '/', handler() {} }]], ['x']])(
    'is refused what is not a function: %j',
    (middleware) => {
      const options = { method: 'GET', handler: () => new Response('here'), middleware }
      expect(() => registerApiRoute('/here', untyped(options))).toThrow('must be a function')
    },
  )
})
