import { FAULT, PROMPT } from '../attacked-application.js'
import type { Attack, Door, Person, Told } from './door.js'

/** A route that answers with success. */
function opens(isBare: boolean, request: string, body?: unknown, person: Person = 'bob'): Attack {
  return {
    name: `${person === 'bob' ? 'a member' : person === 'narrow' ? 'who holds one tool' : person}: ${request}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`,
    isBare,
    async run(door) {
      const { status } = await door.ask(person, request, body)
      return status >= 200 && status < 300
    },
  }
}

const narrow = (isBare: boolean, request: string, body?: unknown) =>
  opens(isBare, request, body, 'narrow')
const stranger = (isBare: boolean, request: string, body?: unknown) =>
  opens(isBare, request, body, 'stranger')

/** What comes back, or what the model was asked, holds this. */
function holds(
  name: string,
  isBare: boolean,
  text: string,
  attempt: (door: Door) => Promise<Told>,
): Attack {
  return {
    name,
    isBare,
    async run(door) {
      door.model.answerWith({ kind: 'text', pieces: ['Noted.'] })
      return (await attempt(door)).text.includes(text)
    },
  }
}

/** Has the model be told this. */
function tells(
  name: string,
  isBare: boolean,
  text: string,
  body: object,
  path = 'generate',
): Attack {
  return {
    name,
    isBare,
    async run(door) {
      door.model.answerWith({ kind: 'text', pieces: ['Noted.'] })
      await door.ask('bob', `POST /api/agents/assistant/${path}`, { messages: 'x', ...body })
      return JSON.stringify(door.model.requests).includes(text)
    },
  }
}

/** Has the tool `send-mail` be called or offered, by who may execute another one only. */
function mails(name: string, isBare: boolean, attempt: (door: Door) => Promise<unknown>): Attack {
  return {
    name: `who holds one tool: ${name}`,
    isBare,
    async run(door) {
      const before = door.application.calls.length
      door.model.answerWith(
        { kind: 'call', id: 'c1', name: 'mailTool', pieces: ['{}'] },
        { kind: 'text', pieces: ['Noted.'] },
      )
      await attempt(door)
      const isOffered = door.model.requests.some(({ tools }) => tools.includes('mailTool'))
      return isOffered || door.application.calls.slice(before).includes('send-mail')
    },
  }
}

const asks =
  (body: object, path = 'generate', agent = 'assistant') =>
  (door: Door) =>
    door.ask('narrow', `POST /api/agents/${agent}/${path}`, { messages: 'x', ...body })

/** A message to the MCP server, as a client of its version sends it. */
const rpc =
  (person: Person, method: string, params: object = {}) =>
  (door: Door) =>
    door.ask(
      person,
      'POST /api/mcp/desk/mcp',
      {
        jsonrpc: '2.0',
        id: 1,
        method,
        params: {
          ...params,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'attacker', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      },
      {
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...('name' in params && { 'mcp-name': String(params.name) }),
      },
    )

const OVERRIDE = 'OVERRIDE'
const MESSAGE = [{ role: 'user', content: 'x' }]
const LEAK = 'STUB'
/** What the application itself refuses well. */
const HARMLESS: ReadonlySet<unknown> = new Set(['a part that is null', 'a run that does not exist'])

/** A tool that fails. */
function fails(name: string, attempt: (door: Door) => Promise<Told>, isBare = true): Attack {
  return {
    name: `9: reads how the application is built ${name}`,
    isBare,
    async run(door) {
      door.model.answerWith(
        { kind: 'call', id: 'c1', name: 'explodeTool', pieces: ['{}'] },
        { kind: 'text', pieces: ['Noted.'] },
      )
      return (await attempt(door)).text.includes(LEAK)
    },
  }
}

const bob = (request: string, body?: unknown) => (door: Door) => door.ask('bob', request, body)

/** What a caller may do: part (d), numbers 6, 9 to 12 and 18. */
export const PERMISSIONS: readonly Attack[] = [
  // Agents, tools and workflows that a token does not grant.
  narrow(true, 'POST /api/agents/keeper/generate', { messages: 'x' }),
  narrow(true, 'POST /api/agents/keeper/stream', { messages: 'x' }),
  narrow(true, 'GET /api/agents/keeper'),
  narrow(true, 'GET /api/agents/assistant/tools/send-mail'),
  narrow(true, 'GET /api/tools/send-mail'),
  narrow(true, 'POST /api/tools/send-mail/execute', { data: {} }),
  narrow(true, 'POST /api/tools/send%2Dmail/execute', { data: {} }),
  narrow(true, 'POST /api/agents/assistant/tools/send-mail/execute', { data: {} }),
  narrow(true, 'POST /api/agents/assistantAgent/tools/send-mail/execute', { data: {} }),
  narrow(true, 'POST /api/mcp/desk/tools/mailTool/execute', { data: {} }),
  narrow(true, 'GET /api/mcp/desk/tools/mailTool'),
  narrow(true, 'GET /api/mcp/v0/servers/desk'),
  narrow(true, 'GET /api/workflows/order'),
  narrow(true, 'POST /api/workflows/order/start-async', { inputData: { item: 'x' } }),
  narrow(true, 'POST /api/workflows/order/create-run'),
  narrow(true, 'POST /api/agents/assistant/network', { messages: 'x' }),
  narrow(true, 'POST /api/v1/responses', { agent_id: 'keeper', input: 'x' }),
  narrow(true, 'GET /api/memory/threads?agentId=assistant'),
  narrow(true, 'POST /api/memory/threads?agentId=assistant', { resourceId: 'bob' }),
  narrow(true, 'GET /api/memory/config?agentId=assistant'),
  holds('who holds one tool: lists the agents', true, 'keeper', (door) =>
    door.ask('narrow', 'GET /api/agents'),
  ),
  holds('who holds one tool: lists the tools', true, 'send-mail', (door) =>
    door.ask('narrow', 'GET /api/tools'),
  ),
  holds('who holds one tool: lists the tools within an agent', true, 'send-mail', (door) =>
    door.ask('narrow', 'GET /api/agents'),
  ),
  holds('who holds one tool: lists the workflows', true, 'order', (door) =>
    door.ask('narrow', 'GET /api/workflows'),
  ),
  holds('who holds one tool: lists the tools of an MCP server', true, 'mailTool', (door) =>
    door.ask('narrow', 'GET /api/mcp/desk/tools'),
  ),
  holds(
    'who holds one tool: lists the tools by MCP',
    true,
    'mailTool',
    rpc('narrow', 'tools/list'),
  ),
  mails(
    'calls a tool by MCP',
    true,
    rpc('narrow', 'tools/call', { name: 'mailTool', arguments: {} }),
  ),
  mails(
    'calls an agent by MCP',
    true,
    rpc('narrow', 'tools/call', { name: 'ask_assistantAgent', arguments: { message: 'x' } }),
  ),
  holds(
    'who holds one tool: runs a workflow by MCP',
    true,
    'PEAR',
    rpc('narrow', 'tools/call', { name: 'run_order', arguments: { item: 'PEAR' } }),
  ),
  mails('calls two tools in a batch of MCP', false, (door) =>
    door.ask('narrow', 'POST /api/mcp/desk/mcp', [
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'mailTool', arguments: {} } },
    ]),
  ),
  mails('calls a tool by the old stream of MCP', false, (door) =>
    door.ask('narrow', 'POST /api/mcp/desk/messages?sessionId=x', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'mailTool', arguments: {} },
    }),
  ),
  mails('has the model call it', true, asks({})),
  mails(
    'has the model call it by the key of the agent',
    true,
    asks({}, 'generate', 'assistantAgent'),
  ),
  mails('has the model call it in a stream', true, asks({}, 'stream')),
  mails(
    'has the model call it by the old route',
    false,
    asks({ messages: MESSAGE }, 'generate-legacy'),
  ),
  mails('has the model call it by stream/vnext', true, asks({}, 'stream/vnext')),
  mails('has the model call it by stream/ui', false, asks({}, 'stream/ui')),
  mails('has the model call it until it is idle', true, asks({}, 'stream-until-idle')),
  mails('names it in activeTools', true, asks({ activeTools: ['mailTool'] })),
  mails('names it in activeTools that are not a list', false, asks({ activeTools: 'mailTool' })),
  mails('chooses it', true, asks({ toolChoice: { type: 'tool', toolName: 'mailTool' } })),
  mails('asks that a tool is called', true, asks({ toolChoice: 'required' })),
  mails(
    'brings it as a tool of the client',
    true,
    asks({
      clientTools: {
        mailTool: { id: 'send-mail', description: 'x', inputSchema: { type: 'object' } },
      },
    }),
  ),
  mails(
    'brings it as a toolset',
    true,
    asks({
      toolsets: {
        x: { mailTool: { id: 'send-mail', description: 'x', inputSchema: { type: 'object' } } },
      },
    }),
  ),
  mails('reaches it through an agent that delegates', false, asks({}, 'generate', 'boss')),
  mails('reaches it by a message to a thread', true, (door) =>
    door.askBehind('narrow', 'POST /api/agents/assistant/send-message', {
      message: 'x',
      threadId: door.fresh('own'),
      resourceId: door.ownerOf('bob'),
    }),
  ),
  mails('reaches it by a response', true, (door) =>
    door.ask('narrow', 'POST /api/v1/responses', { agent_id: 'assistant', input: 'x' }),
  ),
  mails('reaches it by A2A', true, (door) =>
    door.ask('narrow', 'POST /api/a2a/assistant', {
      jsonrpc: '2.0',
      id: 1,
      method: 'message/send',
      params: {
        message: {
          kind: 'message',
          messageId: 'm',
          role: 'user',
          parts: [{ kind: 'text', text: 'x' }],
        },
      },
    }),
  ),
  {
    name: 'has an agent take more steps than it takes by itself',
    isBare: true,
    async run(door) {
      door.model.answerWith({ kind: 'call', id: 'c1', name: 'weatherTool', pieces: ['{}'] })
      await door.ask('bob', 'POST /api/agents/assistant/generate', { messages: 'x', maxSteps: 12 })
      return door.model.requests.length > 5
    },
  },

  // 12: another agent is made of one.
  tells('12: brings instructions', true, OVERRIDE, { instructions: OVERRIDE }),
  tells('12: brings a system prompt', true, OVERRIDE, { system: OVERRIDE }),
  tells('12: brings a list of system prompts', true, OVERRIDE, {
    system: [{ role: 'system', content: OVERRIDE }],
  }),
  tells('12: speaks as the system', true, OVERRIDE, {
    messages: [{ role: 'system', content: OVERRIDE }, ...MESSAGE],
  }),
  tells('12: speaks as the system in a context', true, OVERRIDE, {
    context: [{ role: 'system', content: OVERRIDE }],
  }),
  tells('12: speaks as the system in capitals', false, OVERRIDE, {
    messages: [{ role: 'SYSTEM', content: OVERRIDE }, ...MESSAGE],
  }),
  tells('12: speaks as a developer', false, OVERRIDE, {
    messages: [{ role: 'developer', content: OVERRIDE }, ...MESSAGE],
  }),
  tells(
    '12: brings instructions in a stream',
    true,
    OVERRIDE,
    { instructions: OVERRIDE },
    'stream',
  ),
  tells('12: brings instructions in a structured output', true, OVERRIDE, {
    structuredOutput: {
      schema: { type: 'object', properties: {} },
      instructions: OVERRIDE,
      jsonPromptInjection: true,
    },
  }),
  tells('12: brings instructions for its working memory', true, OVERRIDE, {
    memory: {
      thread: 'own',
      resource: 'bob',
      options: { workingMemory: { enabled: true, template: OVERRIDE } },
    },
  }),
  tells(
    '12: brings a prompt of a network',
    true,
    OVERRIDE,
    { routing: { additionalInstructions: OVERRIDE } },
    'network',
  ),
  ...(
    [
      ['header', { modelSettings: { headers: { 'x-injected': OVERRIDE } } }],
      ['option of the provider', { providerOptions: { loopback: { user: OVERRIDE } } }],
    ] as const
  ).map(([what, body]): Attack => ({
    name: `12: sends the provider of the model a ${what}`,
    isBare: true,
    async run(door) {
      const { status } = await door.ask('bob', 'POST /api/agents/assistant/generate', {
        messages: 'x',
        ...body,
      })
      return status === 200
    },
  })),
  {
    name: '12: chooses another model',
    isBare: true,
    async run(door) {
      door.model.answerWith({ kind: 'text', pieces: ['Noted.'] })
      const told = await door.ask('bob', 'POST /api/agents/assistant/generate', {
        messages: 'x',
        model: 'openai/gpt-none',
      })
      // The other model is not there: the own one was not asked.
      return told.status !== 403 && door.model.requests.length === 0
    },
  },
  {
    name: '12: changes the model of an agent for all',
    isBare: true,
    async run(door) {
      const told = await door.ask('bob', 'POST /api/agents/keeper/model', {
        modelId: 'none',
        provider: 'openai',
      })
      if (told.status === 200) await door.ask('bob', 'POST /api/agents/keeper/model/reset', {})
      return told.status === 200
    },
  },
  opens(true, 'POST /api/agents/keeper/model/reset', {}),
  opens(false, 'POST /api/agents/keeper/models/reorder', { reorderedModelIds: [] }),
  opens(false, 'POST /api/agents/keeper/clone', {}),
  opens(false, 'POST /api/agents/keeper/instructions/enhance', { instructions: 'x', comment: 'x' }),
  holds('12: reads the prompt in the list of agents', true, PROMPT, bob('GET /api/agents')),
  holds(
    '12: reads the prompt in the details of an agent',
    true,
    PROMPT,
    bob('GET /api/agents/assistant'),
  ),
  holds(
    '12: reads the prompt by the key of an agent',
    true,
    PROMPT,
    bob('GET /api/agents/assistantAgent'),
  ),
  holds(
    '12: reads the prompt in a draft of an agent',
    true,
    PROMPT,
    bob('GET /api/agents/assistant?status=draft'),
  ),
  holds(
    '12: reads the prompt in the card of A2A',
    true,
    PROMPT,
    bob('GET /api/.well-known/assistant/agent-card.json'),
  ),
  holds(
    '12: reads the prompt in what the model was asked',
    true,
    PROMPT,
    bob('POST /api/agents/assistant/generate', { messages: 'x' }),
  ),
  holds(
    '12: reads the prompt in what the model was asked, by another spelling of the agent',
    true,
    PROMPT,
    bob('POST /api/agents/assistantAgent/generate', { messages: 'x' }),
  ),
  holds(
    '12: reads the prompt in data for scorers',
    true,
    PROMPT,
    bob('POST /api/agents/assistant/generate', { messages: 'x', returnScorerData: true }),
  ),
  holds(
    '12: reads the prompt in a stream',
    false,
    PROMPT,
    bob('POST /api/agents/assistant/stream', { messages: 'x', returnScorerData: true }),
  ),
  holds(
    '12: reads the prompt in raw chunks',
    false,
    PROMPT,
    bob('POST /api/agents/assistant/stream', { messages: 'x', includeRawChunks: true }),
  ),
  holds(
    '12: reads the prompt in the events of a network',
    false,
    PROMPT,
    bob('POST /api/agents/assistant/network', { messages: 'x' }),
  ),
  holds(
    '12: reads the prompt in a response',
    false,
    PROMPT,
    bob('POST /api/v1/responses', { agent_id: 'assistant', input: 'x' }),
  ),
  holds('12: reads the prompt in what an approval continues', true, PROMPT, async (door) => {
    door.model.answerWith(
      { kind: 'call', id: 'c1', name: 'weatherTool', pieces: ['{}'] },
      { kind: 'text', pieces: ['Noted.'] },
    )
    const told = await door.ask('bob', 'POST /api/agents/assistant/generate', {
      messages: 'x',
      requireToolApproval: true,
    })
    const next = await door.ask('bob', 'POST /api/agents/assistant/approve-tool-call-generate', {
      runId: told.at('runId'),
      toolCallId: 'c1',
    })
    return { ...next, text: told.text + next.text }
  }),

  // What is of all users.
  holds(
    'reads the scores of all',
    true,
    'secret-of-alice',
    bob('GET /api/scores/scorer/length?perPage=1000'),
  ),
  holds(
    'reads the scores of an agent',
    true,
    'secret-of-alice',
    bob('GET /api/scores/entity/AGENT/assistant?perPage=1000'),
  ),
  holds(
    'reads the scores of a run',
    true,
    'secret-of-alice',
    bob('GET /api/scores/run/run-of-secret-of-alice'),
  ),
  holds(
    'reads the traces of all',
    true,
    'secret-of-alice',
    bob('GET /api/observability/traces?perPage=100'),
  ),
  holds(
    'reads the traces of all, in short',
    true,
    'secret-of-alice',
    bob('GET /api/observability/traces/light?perPage=100'),
  ),
  holds(
    'reads a trace',
    true,
    'secret-of-alice',
    bob('GET /api/observability/traces/trace-of-secret-of-alice'),
  ),
  holds(
    'reads a span',
    true,
    'secret-of-alice',
    bob('GET /api/observability/traces/trace-of-secret-of-alice/spans/span-of-secret-of-alice'),
  ),
  holds(
    'searches an index of vectors',
    true,
    'secret-of-alice',
    bob('POST /api/vector/notes/query', { indexName: 'notes', queryVector: [1, 0], topK: 9 }),
  ),
  opens(true, 'GET /api/scores/scorers/length'),
  opens(false, 'POST /api/scores', { score: { scorerId: 'length' } }),
  opens(true, 'POST /api/observability/traces/score', {
    scorerName: 'length',
    targets: [{ traceId: 'trace-of-secret-of-alice' }],
  }),
  opens(true, 'POST /api/observability/traces/delete', { traceIds: ['none'] }),
  opens(false, 'GET /api/observability/logs'),
  opens(false, 'GET /api/observability/scores'),
  opens(false, 'GET /api/observability/feedback'),
  opens(false, 'GET /api/observability/discovery/entity-names'),
  opens(true, 'GET /api/logs/transports'),
  opens(true, 'GET /api/logs?transportId=x'),
  opens(true, 'GET /api/vectors'),
  opens(true, 'GET /api/embedders'),
  opens(true, 'GET /api/vector/notes/indexes'),
  opens(true, 'GET /api/vector/notes/indexes/notes'),
  opens(true, 'POST /api/vector/notes/upsert', {
    indexName: 'notes',
    vectors: [[0, 1]],
    metadata: [{ words: 'planted' }],
  }),
  opens(true, 'POST /api/vector/notes/create-index', { indexName: 'planted', dimension: 2 }),
  opens(true, 'DELETE /api/vector/notes/indexes/planted'),
  opens(true, 'GET /api/datasets'),
  opens(true, 'POST /api/datasets', { name: 'planted' }),
  opens(true, 'GET /api/experiments'),
  opens(true, 'GET /api/experiments/review-summary'),
  opens(false, 'GET /api/processors/none'),
  opens(true, 'GET /api/agents/providers'),
  opens(false, 'GET /api/tool-providers'),
  opens(false, 'GET /api/processor-providers'),
  opens(true, 'GET /api/system/api-schema'),
  opens(true, 'GET /api/auth/permission-patterns'),
  opens(true, 'GET /api/stored/agents'),
  opens(true, 'POST /api/stored/agents', {
    id: 'planted',
    name: 'Planted',
    instructions: 'x',
    model: { provider: 'openai', name: 'x' },
  }),
  opens(true, 'GET /api/stored/prompt-blocks'),
  opens(true, 'GET /api/stored/mcp-clients'),
  opens(true, 'GET /api/stored/scorers'),
  opens(true, 'GET /api/stored/skills'),
  opens(true, 'GET /api/stored/workspaces'),
  opens(true, 'GET /api/stored/workflows'),
  opens(true, 'GET /api/agent-builder'),
  opens(true, 'GET /api/schedules'),
  opens(true, 'POST /api/schedules', { agentId: 'assistant', cron: '0 0 1 1 *', prompt: 'x' }),
  opens(false, 'GET /api/background-tasks?resourceId=alice'),
  opens(true, 'GET /api/workspaces/none/fs/list?path=/'),
  opens(true, 'GET /api/editor/builder/models/available'),
  opens(true, 'GET /api/editor/builder/infrastructure'),
  opens(true, 'GET /api/agent-controller'),
  opens(false, 'POST /api/agent-controller/none/sessions', { resourceId: 'alice' }),
  opens(false, 'POST /api/channels/slack/connect', {}),

  // What the server of the application adds beside its contract: numbers 11 and 18.
  ...['stranger', 'bob'].flatMap((person): readonly Attack[] => [
    opens(true, 'GET /api/agents/assistant/browser/session', undefined, person as Person),
    opens(false, 'POST /api/agents/assistant/browser/close', {}, person as Person),
    opens(false, 'POST /__refresh', {}, person as Person),
    opens(false, 'POST /__restart-active-workflow-runs', {}, person as Person),
    opens(true, 'GET /__hot-reload-status', undefined, person as Person),
    opens(false, 'GET /swagger-ui', undefined, person as Person),
    opens(false, 'GET /openapi.json', undefined, person as Person),
    opens(false, 'GET /api/openapi.json', undefined, person as Person),
    opens(true, 'GET /refresh-events', undefined, person as Person),
  ]),
  opens(true, 'POST /report', {}),
  opens(true, 'PUT /report/x', {}),
  stranger(true, 'GET /open'),
  stranger(true, 'GET /'),
  stranger(true, 'OPTIONS /api/agents'),
  stranger(false, 'GET /api/agents'),
  stranger(false, 'GET /api/system/packages'),
  stranger(false, 'POST /api/auth/logout', {}),
  stranger(false, 'POST /api/auth/credentials/sign-in', { email: 'a', password: 'b' }),

  // What errors tell: numbers 9 and 10.
  fails('by a tool that fails', bob('POST /api/tools/explode/execute', { data: {} })),
  fails(
    'by a tool of an agent that fails',
    bob('POST /api/agents/assistant/tools/explode/execute', { data: {} }),
  ),
  fails(
    'by an answer whose tool fails',
    bob('POST /api/agents/assistant/generate', { messages: 'x' }),
  ),
  fails(
    'by a stream whose tool fails',
    bob('POST /api/agents/assistant/stream', { messages: 'x' }),
  ),
  fails(
    'by a response whose tool fails',
    bob('POST /api/v1/responses', { agent_id: 'assistant', input: 'x' }),
    false,
  ),
  fails(
    'by the stream of a response whose tool fails',
    bob('POST /api/v1/responses', { agent_id: 'assistant', input: 'x', stream: true }),
  ),
  fails(
    'by a workflow that fails',
    bob('POST /api/workflows/order/start-async', { inputData: { item: 'fault' } }),
  ),
  fails('by the stream of a workflow that fails', (door) =>
    door.ask('bob', `POST /api/workflows/order/stream?runId=${door.fresh('own')}`, {
      inputData: { item: 'fault' },
    }),
  ),
  fails('by a run that failed', async (door) => {
    const told = await door.ask(
      'bob',
      `POST /api/workflows/order/start-async?runId=${door.fresh('own')}`,
      { inputData: { item: 'fault' }, resourceId: 'bob' },
    )
    return await door.ask('bob', `GET /api/workflows/order/runs/${String(told.at('runId'))}`)
  }),
  fails('by a list of runs', bob('GET /api/workflows/order/runs?perPage=1000')),
  fails('by messages of a thread in which a tool failed', async (door) => {
    const thread = door.fresh('own')
    await door.ask('bob', 'POST /api/agents/assistant/generate', {
      messages: 'x',
      memory: { thread, resource: door.ownerOf('bob') },
    })
    return await door.ask('bob', `GET /api/memory/threads/${thread}/messages?agentId=assistant`)
  }),
  fails(
    'by a search',
    bob('GET /api/memory/search?agentId=assistant&searchQuery=x&resourceId=bob&limit=100'),
    false,
  ),
  fails(
    'by a workflow through MCP',
    rpc('bob', 'tools/call', { name: 'run_order', arguments: { item: 'fault' } }),
  ),
  ...['generate', 'stream'].map((name) => ({
    ...fails(`by a model that fails in ${name}`, async (door) => {
      door.model.answerWith({ kind: 'failure', status: 400, message: FAULT })
      return await door.ask('bob', `POST /api/agents/assistant/${name}`, { messages: 'x' })
    }),
  })),
  {
    name: '9: reads a path of the server in the error of a stream',
    isBare: true,
    async run(door) {
      door.model.answerWith({ kind: 'failure', status: 400, message: 'x' })
      const { text } = await door.ask('bob', 'POST /api/agents/assistant/stream', { messages: 'x' })
      return /node_modules|\.js:\d/.test(text)
    },
  },
  ...[
    [
      'a message of an unknown role',
      'POST /api/agents/assistant/generate',
      { messages: [{ role: 'wizard', content: 'x' }] },
    ],
    ['a message that is a number', 'POST /api/agents/assistant/generate', { messages: [1] }],
    [
      'a message without a content',
      'POST /api/agents/assistant/generate',
      { messages: [{ role: 'user' }] },
    ],
    [
      'a part that is null',
      'POST /api/agents/assistant/generate',
      { messages: [{ role: 'user', content: [null] }] },
    ],
    ['a tool that fails', 'POST /api/tools/explode/execute', { data: {} }],
    ['the name of a member of every object', 'GET /api/agents/constructor', undefined],
    [
      'a run that does not exist',
      'POST /api/workflows/order/resume-async?runId=none',
      { step: 'approve', resumeData: { by: 'x' } },
    ],
    [
      'an approval of a run that does not exist',
      'POST /api/agents/assistant/approve-tool-call-generate',
      { runId: 'none', toolCallId: 'x' },
    ],
    ['a tool of MCP that does not exist', 'POST /api/mcp/desk/tools/none/execute', { data: {} }],
  ].map(([what, request, body]): Attack => ({
    name: `10: has the client repeat ${String(what)}`,
    isBare: !HARMLESS.has(what),
    run: async (door) => (await door.ask('bob', String(request), body)).status >= 500,
  })),

  // What reaches handlers: number 6.
  ...[
    ['a tool', 'POST /api/tools/get-weather/execute', { data: {} }],
    ['a tool of an agent', 'POST /api/agents/assistant/tools/get-weather/execute', { data: {} }],
    ['a tool of an MCP server', 'POST /api/mcp/desk/tools/weatherTool/execute', { data: {} }],
    ['a route', 'POST /report', {}],
  ].map(([what, request, body]): Attack => ({
    name: `6: has ${String(what)} tell the token of its caller`,
    isBare: true,
    async run(door) {
      const [, , signature = '-'] = door.tokenOf('operator').split('.')
      return (await door.ask('operator', String(request), body)).text.includes(signature)
    },
  })),
]
