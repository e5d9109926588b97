import { setTimeout as delay } from 'node:timers/promises'
import { MastraClient } from '@mastra/client-js'

/** A method of the client, as somebody calls it. */
export interface ClientMethod {
  /** Such as `listAgents` and `agent.generate`. */
  readonly name: string
  /** What it asks the server for first: the method, and the path below the prefix with `x1` for each id. */
  readonly request: string
  /** Calls it on a client, with arguments that say little. */
  call(client: MastraClient): Promise<unknown>
}

type Anything = Record<string, unknown>

/** Whatever a method asks for by name; as a text it is an id. */
const SAID: Anything = {
  id: 'x1',
  agentId: 'x1',
  agent_id: 'x1',
  threadId: 'x1',
  resourceId: 'x1',
  runId: 'x1',
  traceId: 'x1',
  spanId: 'x1',
  scorerId: 'x1',
  entityId: 'x1',
  entityType: 'x1',
  feedbackId: 'x1',
  datasetId: 'x1',
  datasetVersion: 1,
  experimentId: 'x1',
  itemId: 'x1',
  resultId: 'x1',
  modelConfigId: 'x1',
  transportId: 'x1',
  versionId: 'x1',
  toolCallId: 'x1',
  messageIds: ['x1'],
  messages: [],
  input: 'x1',
  data: {},
  step: 'x1',
  path: 'x1',
  toString: () => 'x1',
}

/** In the order in which they are tried, until a method asks for something. */
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [SAID, SAID],
  ['x1', SAID, SAID],
  ['x1', 'x1', SAID],
  ['x1', 'x1', 'x1'],
  [new Blob(['x1'])],
  [],
]

/** What a client has methods on, and how to come to it. */
const OBJECTS: Readonly<Record<string, (client: MastraClient) => unknown>> = {
  '': (client) => client,
  agent: (client) => client.getAgent('x1'),
  'agent.voice': (client) => client.getAgent('x1').voice,
  thread: (client) => client.getMemoryThread({ threadId: 'x1', agentId: 'x1' }),
  tool: (client) => client.getTool('x1'),
  workflow: (client) => client.getWorkflow('x1'),
  // Only a workflow that the application has makes a run.
  run: (client) => client.getWorkflow('order').createRun({ runId: 'x1' }),
  responses: (client) => client.responses,
  conversations: (client) => client.conversations,
  'conversations.items': (client) => client.conversations.items,
  mcpServerTool: (client) => client.getMcpServerTool('x1', 'x1'),
  a2a: (client) => client.getA2A('x1'),
  a2aV1: (client) => client.getA2AV1('x1'),
  vector: (client) => client.getVector('x1'),
  processor: (client) => client.getProcessor('x1'),
  processorProvider: (client) => client.getProcessorProvider('x1'),
  toolProvider: (client) => client.getToolProvider('x1'),
  workspace: (client) => client.getWorkspace('x1'),
  'workspace.skill': (client) => client.getWorkspace('x1').getSkill('x1'),
  storedAgent: (client) => client.getStoredAgent('x1'),
  storedPromptBlock: (client) => client.getStoredPromptBlock('x1'),
  storedScorer: (client) => client.getStoredScorer('x1'),
  storedMCPClient: (client) => client.getStoredMCPClient('x1'),
  storedSkill: (client) => client.getStoredSkill('x1'),
  dynamicWorkflow: (client) => client.getDynamicWorkflow('x1'),
  agentBuilderAction: (client) => client.getAgentBuilderAction('x1'),
  agentController: (client) => client.getAgentController('x1'),
  session: (client) => client.getAgentController('x1').session('x1'),
  channels: (client) => client.channels,
}

/** What the types of the client keep from its callers, and what only prepares a request. */
const NOT_CALLED =
  /^(?:request|requestSignalRoute|processStreamResponse\w*|processChatResponse\w*|constructor)$/

function methodsOf(object: unknown): readonly string[] {
  const names = new Set<string>()
  for (
    let each: unknown = object;
    typeof each === 'object' && each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(each)))
      if (typeof value === 'function' && !NOT_CALLED.test(name)) names.add(name)
  }
  return [...names]
}

async function callOn(object: unknown, name: string, given: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(object as object, name)
  if (typeof method !== 'function') throw new TypeError(`${name} is not a method.`)
  const result: unknown = await Reflect.apply(method, object, given)
  // A generator asks once somebody wants its first value.
  const next: unknown = ownNext(result)
  return typeof next === 'function' ? Reflect.apply(next, result, []) : result
}

function ownNext(value: unknown): unknown {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
    ? Reflect.get(value, 'next')
    : undefined
}

/** So long a method is waited for that does not read what it is answered. */
const MAX_WAIT_MS = 200

/** Each method of the unmodified client that asks a server for something. */
export async function listClientMethods(): Promise<readonly ClientMethod[]> {
  let asked: string[] = []
  const client = new MastraClient({
    baseUrl: 'http://recorder.test',
    retries: 0,
    fetch: (url, init) => {
      const path = new URL(String(url)).pathname.replace(/^\/api/, '')
      asked.push(`${init?.method ?? 'GET'} ${path}`)
      const isRun = path.endsWith('/create-run')
      return Promise.resolve(isRun ? Response.json({ runId: 'x1' }) : new Response(''))
    },
  })
  const found: ClientMethod[] = []
  for (const [object, get] of Object.entries(OBJECTS)) {
    for (const name of methodsOf(await get(client))) {
      // What only names a thing asks for nothing.
      for (const given of ARGUMENTS) {
        const target = await get(client)
        asked = []
        await Promise.race([callOn(target, name, given), delay(MAX_WAIT_MS)]).catch(() => undefined)
        const [request] = asked
        if (request === undefined) continue
        found.push({
          name: object === '' ? name : `${object}.${name}`,
          request,
          call: async (other) => callOn(await get(other), name, given),
        })
        break
      }
    }
  }
  return found
}
