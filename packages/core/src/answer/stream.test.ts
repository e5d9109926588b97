import type {
  LanguageModelV3Content,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider'
import { createPrincipal } from '@signet/auth'
import { simulateReadableStream } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { beforeEach, describe, expect, it } from 'vitest'
import { refuseUnhandledRejections } from '@signet/test-support/process/unhandled-rejections'
import { z } from 'zod'
import { ToolError } from '../error.js'
import type { LogFields, Logger } from '../log/logger.js'
import { RequestContext } from '../request-context.js'
import { createTool, type Tool } from '../tool/create-tool.js'
import { Agent, type AgentConfig } from '../agent/agent.js'
import type { AgentChunk, FinishPayload } from './chunk.js'
import type { AgentOptions } from '../agent/options.js'
import type { AgentStream } from './stream.js'

type Part = LanguageModelV3StreamPart
type Answer = readonly Part[] | ReadableStream<Part> | Error
type Reason = LanguageModelV3GenerateResult['finishReason']['unified']

const usage: LanguageModelV3GenerateResult['usage'] = {
  inputTokens: { total: 10, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: undefined, reasoning: undefined },
}

const opening: readonly Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', id: 'response', modelId: 'mock-1', timestamp: new Date(0) },
]

function ending(unified: Reason): Part {
  return { type: 'finish', finishReason: { unified, raw: undefined }, usage }
}

function text(...deltas: readonly string[]): Part[] {
  const said = deltas.map((delta): Part => ({ type: 'text-delta', id: 't1', delta }))
  return [{ type: 'text-start', id: 't1' }, ...said, { type: 'text-end', id: 't1' }]
}

const say = (...deltas: readonly string[]): Part[] => [
  ...opening,
  ...text(...deltas),
  ending('stop'),
]

const input = '{"location":"Oslo"}'

/** A step that calls these tools; the model says why it stopped. */
function call(names: readonly string[], reason: Reason = 'tool-calls'): Part[] {
  const calls = names.flatMap((toolName, index): Part[] => {
    const id = `call_${index + 1}`
    return [
      { type: 'tool-input-start', id, toolName },
      { type: 'tool-input-delta', id, delta: input },
      { type: 'tool-input-end', id },
      { type: 'tool-call', toolCallId: id, toolName, input },
    ]
  })
  return [...opening, ...calls, ending(reason)]
}

/** A model that gives these answers, one after the other, and the last of them for ever. */
function modelOf(...answers: readonly Answer[]): MockLanguageModelV3 {
  const left = [...answers]
  return new MockLanguageModelV3({
    provider: 'mock',
    modelId: 'mock-1',
    doStream: async () => {
      const answer = (left.length > 1 ? left.shift() : left[0]) ?? []
      if (answer instanceof Error) throw answer
      if (answer instanceof ReadableStream) return { stream: answer }
      const delays = { initialDelayInMs: null, chunkDelayInMs: null }
      return { stream: simulateReadableStream({ chunks: [...answer], ...delays }) }
    },
  })
}

/** A promise, and what keeps it. */
function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve = (_value: unknown): void => undefined
  const promise = new Promise<unknown>((keep) => {
    resolve = keep
  })
  return { promise, resolve }
}

/** A model that says these parts and then nothing, until its answer is no longer wanted. */
function endless(parts: readonly Part[]): {
  model: MockLanguageModelV3
  cancelled: Promise<unknown>
  signal: () => AbortSignal | undefined
} {
  const { promise, resolve } = deferred()
  const stream = new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
    },
    cancel: resolve,
  })
  const model = modelOf(stream)
  return { model, cancelled: promise, signal: () => model.doStreamCalls[0]?.abortSignal }
}

const weatherTool = createTool({
  id: 'get-weather',
  description: 'Tells the weather',
  inputSchema: z.object({ location: z.string() }),
  execute: async ({ location }) => ({ temperature: 21, location }),
})

function toolOf(execute: () => unknown): Tool {
  return createTool({ id: 'broken-tool', description: '', execute })
}

interface LogLine {
  readonly message: string
  readonly fields: LogFields | undefined
}

const lines: LogLine[] = []
const log = (message: string, fields?: LogFields) => void lines.push({ message, fields })
const logger: Logger = { debug: log, info: log, warn: log, error: log }

function agentOf(model: AgentConfig['model'], config: Partial<AgentConfig> = {}): Agent {
  const agent = new Agent({
    id: 'weather-agent',
    name: 'Weather Agent',
    instructions: 'Tell the weather.',
    tools: { weatherTool },
    model,
    ...config,
  })
  agent.setLogger(logger)
  return agent
}

async function readAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = []
  for await (const item of items) read.push(item)
  return read
}

async function chunksOf(agent: Agent, options?: AgentOptions): Promise<AgentChunk[]> {
  const stream = await agent.stream('Weather?', options)
  return readAll(stream.fullStream)
}

const typesOf = (chunks: readonly AgentChunk[]): string[] => chunks.map(({ type }) => type)

/** What the chunks of a type say, in their order. */
const payloadsOf = (chunks: readonly AgentChunk[], type: AgentChunk['type']): unknown[] =>
  chunks.filter((chunk) => chunk.type === type).map(({ payload }) => payload)

const stepFinishesOf = (chunks: readonly AgentChunk[]): FinishPayload[] =>
  chunks.flatMap((chunk) => (chunk.type === 'step-finish' ? [chunk.payload] : []))

const resultsOf = (chunks: readonly AgentChunk[]): FinishPayload['stepResult'][] =>
  stepFinishesOf(chunks).map(({ stepResult }) => stepResult)

function finishOf(chunks: readonly AgentChunk[]): FinishPayload {
  const last = chunks.at(-1)
  return last?.type === 'finish' ? last.payload : expect.unreachable('It does not finish.')
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('It did not reject.'),
    (error: unknown) => error,
  )
}

/** Reads a stream until it yields a chunk of this type, and stops there. */
async function readUntil(stream: AgentStream, type: AgentChunk['type']): Promise<string[]> {
  const types: string[] = []
  for await (const chunk of stream.fullStream) {
    types.push(chunk.type)
    if (chunk.type === type) break
  }
  return types
}

beforeEach(() => {
  lines.length = 0
})

// Promises of the SDK that nobody looks at must not end the process when they reject.
refuseUnhandledRejections()

describe('a stream of text', () => {
  it('has its chunks in the order of the wire', async () => {
    const chunks = await chunksOf(agentOf(modelOf(say('Hello ', 'there.'))), { runId: 'run' })

    expect(typesOf(chunks)).toEqual([
      'start',
      'step-start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    expect(chunks.every(({ from, runId }) => from === 'AGENT' && runId === 'run')).toBe(true)
  })

  it('has the payloads of the wire', async () => {
    const chunks = await chunksOf(agentOf(modelOf(say('Hello ', 'there.'))))

    const messageId = expect.any(String)
    const answer = { role: 'assistant', content: [{ type: 'text', text: 'Hello there.' }] }
    const question = { role: 'user', content: 'Weather?' }
    const modelMetadata = { modelId: 'mock-1', modelVersion: 'v3', modelProvider: 'mock' }
    const stepFinish = {
      messageId,
      stepResult: { reason: 'stop', isContinued: false },
      metadata: { id: 'response', timestamp: new Date(0), modelId: 'mock-1', modelMetadata },
      output: {
        text: 'Hello there.',
        toolCalls: [],
        usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
        steps: [{ text: 'Hello there.', finishReason: 'stop', response: { messages: [answer] } }],
      },
      messages: { all: [question, answer], user: [question], nonUser: [answer] },
      processorRetryCount: 0,
    }
    expect(chunks.map(({ payload }) => payload)).toMatchObject([
      { id: 'weather-agent', messageId },
      { warnings: [], messageId, startedAt: expect.any(Number), request: {} },
      { id: 't1' },
      { id: 't1', text: 'Hello ' },
      { id: 't1', text: 'there.' },
      { type: 'text-end', id: 't1' },
      stepFinish,
      {
        ...stepFinish,
        response: {
          id: 'response',
          modelId: 'mock-1',
          modelMetadata,
          messages: [answer],
          uiMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Hello there.' }] }],
        },
      },
    ])
  })

  it('names one message in all chunks', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['weatherTool']), say('Done.'))))
    const ids = chunks.flatMap(({ payload }) =>
      typeof payload === 'object' && payload !== null && 'messageId' in payload
        ? [payload.messageId]
        : [],
    )

    expect(ids).toHaveLength(6)
    expect(new Set(ids).size).toBe(1)
  })

  it('has reasoning and files of the model, too', async () => {
    const chunks = await chunksOf(
      agentOf(
        modelOf([
          ...opening,
          { type: 'reasoning-start', id: 'r1' },
          { type: 'reasoning-delta', id: 'r1', delta: 'Hm.' },
          { type: 'reasoning-end', id: 'r1' },
          { type: 'file', mediaType: 'image/png', data: 'aGk=' },
          ...text('Look.'),
          ending('stop'),
        ]),
      ),
    )

    expect(typesOf(chunks).slice(2, 6)).toEqual([
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'file',
    ])
    expect(payloadsOf(chunks, 'reasoning-delta')).toEqual([{ id: 'r1', text: 'Hm.' }])
    expect(payloadsOf(chunks, 'file')).toEqual([{ data: 'aGk=', mimeType: 'image/png' }])
  })

  it('does not start the model before it is read', async () => {
    const model = modelOf(say('Hello.'))
    const stream = await agentOf(model).stream('Hi')

    expect(model.doStreamCalls).toEqual([])
    await readAll(stream.fullStream)
    expect(model.doStreamCalls).toHaveLength(1)
  })
})

describe('a stream with a tool', () => {
  it('has its chunks in the order of the wire', async () => {
    const chunks = await chunksOf(
      agentOf(modelOf(call(['weatherTool']), say('It is ', '21 degrees.'))),
    )

    expect(typesOf(chunks)).toEqual([
      'start',
      'step-start',
      'tool-call-input-streaming-start',
      'tool-call-delta',
      'tool-call-input-streaming-end',
      'tool-call',
      'tool-result',
      'step-finish',
      'step-start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    const names = { toolCallId: 'call_1', toolName: 'weatherTool' }
    const args = { location: 'Oslo' }
    expect(chunks.slice(2, 7).map(({ payload }) => payload)).toEqual([
      names,
      { ...names, argsTextDelta: input },
      { toolCallId: 'call_1' },
      { ...names, args },
      { ...names, args, result: { temperature: 21, location: 'Oslo' } },
    ])
  })

  it('says in each step-finish what that step came to', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['weatherTool']), say('21 degrees.'))))
    const [first, second] = stepFinishesOf(chunks)

    const toolCall = { toolCallId: 'call_1', toolName: 'weatherTool', args: { location: 'Oslo' } }
    expect(first).toMatchObject({
      stepResult: { reason: 'tool-calls', isContinued: true },
      output: {
        text: '',
        toolCalls: [toolCall],
        usage: { totalTokens: 15 },
        steps: [{ stepType: 'initial', toolResults: [{ payload: { toolCallId: 'call_1' } }] }],
      },
    })
    expect(first?.messages.all.length).toBe(3)
    expect(second).toMatchObject({
      stepResult: { reason: 'stop', isContinued: false },
      output: {
        text: '21 degrees.',
        toolCalls: [],
        usage: { totalTokens: 15 },
        steps: [{ stepType: 'tool-result', toolResults: [] }],
      },
    })
    expect(second?.messages.all.length).toBe(4)
  })

  it('says in finish what the whole answer came to', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['weatherTool']), say('21 degrees.'))))

    expect(finishOf(chunks)).toMatchObject({
      stepResult: { reason: 'stop', isContinued: false },
      output: { text: '21 degrees.', usage: { totalTokens: 30 }, steps: [{}, {}] },
      messages: { user: [{}], nonUser: [{}, {}, {}], all: [{}, {}, {}, {}] },
    })
  })

  const paint = { clientTools: { paint: {} } }
  it.each<[string, readonly Answer[], AgentOptions, readonly boolean[]]>([
    ['a tool turn and the last step', [call(['weatherTool']), say('Done.')], {}, [true, false]],
    [
      'a model that stops and calls a tool all the same',
      [call(['weatherTool'], 'stop'), say('Done.')],
      {},
      [true, false],
    ],
    [
      'several tools at once',
      [call(['weatherTool', 'weatherTool']), say('Done.')],
      {},
      [true, false],
    ],
    ['a tool that fails', [call(['broken']), say('Done.')], {}, [true, false]],
    ['a tool that is not there', [call(['nothing']), say('Done.')], {}, [true, false]],
    ['the last step that is allowed', [call(['weatherTool'])], { maxSteps: 2 }, [true, false]],
    ['a tool of the client', [call(['paint'])], paint, [false]],
    [
      'a tool of the client beside one of the server',
      [call(['weatherTool', 'paint'])],
      paint,
      [false],
    ],
    ['a model cut off by its limit', [call(['weatherTool'], 'length')], {}, [false]],
  ])(
    'continues exactly where the model is called again: %s',
    async (_, answers, options, continued) => {
      const model = modelOf(...answers)
      const broken = toolOf(() => {
        throw new ToolError('It cannot.')
      })
      const agent = agentOf(model, { tools: { weatherTool, broken } })
      const chunks = await chunksOf(agent, options)

      expect(resultsOf(chunks).map(({ isContinued }) => isContinued)).toEqual(continued)
      expect(model.doStreamCalls).toHaveLength(continued.length)
      expect(finishOf(chunks).stepResult.isContinued).toBe(false)
    },
  )

  it('ends with tool-calls where the client has to go on', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['paint']))), paint)

    expect(typesOf(chunks).slice(-3)).toEqual(['tool-call', 'step-finish', 'finish'])
    expect(finishOf(chunks).stepResult.reason).toBe('tool-calls')
    expect(finishOf(chunks).output.toolCalls).toMatchObject([{ toolName: 'paint' }])
  })
})

describe('a tool that fails in a stream', () => {
  const answers = [call(['broken']), say('It failed.')]

  it('says why, where it says so itself', async () => {
    const broken = toolOf(() => {
      throw new ToolError('There is no such city.', { cause: new Error('sk-secret') })
    })
    const model = modelOf(...answers)
    const chunks = await chunksOf(agentOf(model, { tools: { broken } }))

    expect(payloadsOf(chunks, 'tool-error')).toEqual([
      {
        toolCallId: 'call_1',
        toolName: 'broken',
        args: { location: 'Oslo' },
        error: { name: 'ToolError', message: 'There is no such city.' },
      },
    ])
    expect(typesOf(chunks)).not.toContain('error')
    expect(JSON.stringify(model.doStreamCalls[1]?.prompt)).toContain('There is no such city.')
    expect(JSON.stringify(chunks)).not.toContain('sk-secret')
  })

  it.each<[string, () => unknown]>([
    [
      'an error',
      () => {
        throw new Error('sk-secret')
      },
    ],
    ['something that is no error', () => Promise.reject('sk-secret')],
  ])('tells only the log of %s', async (_, execute) => {
    const model = modelOf(...answers)
    const chunks = await chunksOf(agentOf(model, { tools: { broken: toolOf(execute) } }))

    expect(JSON.stringify([chunks, model.doStreamCalls])).not.toContain('sk-secret')
    expect(payloadsOf(chunks, 'tool-error')).toMatchObject([
      { error: { name: 'ToolError', message: 'The tool broken-tool failed.' } },
    ])
    expect(lines.map(({ message }) => message)).toEqual(['A tool failed.'])
    expect(finishOf(chunks).stepResult.reason).toBe('stop')
  })
})

describe('the cause of a tool that fails in a stream', () => {
  const fail = () => {
    throw new Error('No such table, password=sk-secret')
  }
  const tellTo = async (...permissions: readonly string[]) => {
    const principal = createPrincipal({ sub: 'ada', permissions }, { roles: {} })
    const requestContext = new RequestContext([], { principal })
    const model = modelOf(call(['broken']), say('It failed.'))
    const agent = agentOf(model, { tools: { broken: toolOf(fail) } })
    const chunks = await chunksOf(agent, { requestContext })
    expect(JSON.stringify([chunks, model.doStreamCalls])).not.toContain('sk-secret')
    return payloadsOf(chunks, 'tool-error')
  }

  it('is told, without secrets, to who may read the system, and not to the model', async () => {
    const all = ['system:read', 'tools:execute']
    expect(await tellTo(...all)).toMatchObject([
      {
        error: {
          message: 'The tool broken-tool failed.',
          cause: expect.stringContaining('No such table'),
        },
      },
    ])
  })

  it('is told to nobody else', async () => {
    const [payload] = await tellTo('system:write', 'tools:execute')
    expect(payload).toMatchObject({ error: { message: 'The tool broken-tool failed.' } })
    expect(JSON.stringify(payload)).not.toContain('No such table')
  })
})

describe('a stream that fails', () => {
  const error = new Error('password=sk-secret at /srv/app')
  const beginning = [...opening, { type: 'text-start', id: 't1' } as const]
  const delta: Part = { type: 'text-delta', id: 't1', delta: 'It is' }
  const broken = (): ReadableStream<Part> => {
    const parts = [...beginning, delta]
    return new ReadableStream({
      pull(controller) {
        const part = parts.shift()
        if (part === undefined) controller.error(error)
        else controller.enqueue(part)
      },
    })
  }
  const said = ['text-start', 'text-delta']
  const toolTurn = [
    'tool-call-input-streaming-start',
    'tool-call-delta',
    'tool-call-input-streaming-end',
    'tool-call',
    'tool-result',
    'step-finish',
  ]

  it.each<[string, () => readonly Answer[], readonly string[]]>([
    ['at the start', () => [error], []],
    ['in an answer that has no end', () => [[{ type: 'stream-start', warnings: [] }]], []],
    ['in the middle, as a part', () => [[...beginning, delta, { type: 'error', error }]], said],
    ['in the middle, as a broken stream', () => [broken()], said],
    ['in its second step', () => [call(['weatherTool']), error], toolTurn],
    [
      'in the middle of its second step',
      () => [call(['weatherTool']), broken()],
      [...toolTurn, 'step-start', ...said],
    ],
  ])('says so, ends its step and finishes: %s', async (_, answers, before) => {
    const chunks = await chunksOf(agentOf(modelOf(...answers())))
    const types = typesOf(chunks)

    const isStepOpen = before.at(-1) !== 'step-finish'
    const end = isStepOpen ? ['error', 'step-finish', 'finish'] : ['error', 'finish']
    expect(types).toEqual(['start', 'step-start', ...before, ...end])
    expect(finishOf(chunks).stepResult).toEqual({ reason: 'error', isContinued: false })
    if (isStepOpen)
      expect(resultsOf(chunks).at(-1)).toEqual({ reason: 'error', isContinued: false })
  })

  it.each<[string, () => readonly Answer[]]>([
    ['at the start', () => [error]],
    ['in the middle, as a part', () => [[...beginning, delta, { type: 'error', error }]]],
    ['in the middle, as a broken stream', () => [broken()]],
    ['in its second step', () => [call(['weatherTool']), error]],
  ])('tells its cause to the log and to nobody else: %s', async (_, answers) => {
    const chunks = await chunksOf(agentOf(modelOf(...answers())), { runId: 'run' })

    expect(JSON.stringify(chunks)).not.toMatch(/sk-secret|\/srv\/app|stack/)
    expect(payloadsOf(chunks, 'error')).toEqual([
      { error: { name: 'Error', message: 'The answer failed. The log of the server says why.' } },
    ])
    expect(lines).toEqual([
      {
        message: 'An answer failed.',
        fields: {
          cause: 'password=[hidden] at /srv/app',
          agent: 'weather-agent',
          runId: 'run',
          error,
        },
      },
    ])
  })

  it('keeps what its steps came to before', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['weatherTool']), error)))

    expect(finishOf(chunks)).toMatchObject({
      output: { usage: { totalTokens: 15 }, steps: [{ stepType: 'initial' }] },
      messages: { all: [{}, {}, {}] },
    })
  })

  it('does not count an earlier step again', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['weatherTool']), broken())))

    expect(stepFinishesOf(chunks).at(-1)?.output).toMatchObject({
      toolCalls: [],
      steps: [],
      usage: { totalTokens: undefined },
    })
  })

  it('rejects the full output with its cause', async () => {
    const stream = await agentOf(modelOf(error)).stream('Hi')

    expect(await rejection(stream.getFullOutput())).toBe(error)
  })

  it('says what is wrong with settings that the model cannot get', async () => {
    const chunks = await chunksOf(agentOf(modelOf(say('Hello.'))), {
      modelSettings: { maxOutputTokens: -1 },
    })

    expect(typesOf(chunks)).toEqual(['start', 'step-start', 'error', 'step-finish', 'finish'])
  })

  it('says that a file by URL is not taken', async () => {
    const model = modelOf(say('A cat.'))
    const content = [{ type: 'image', image: 'http://127.0.0.1:9/cat.png' }]
    const stream = await agentOf(model).stream([{ role: 'user', content }])
    const chunks = await readAll(stream.fullStream)

    expect(payloadsOf(chunks, 'error')).toMatchObject([{ error: { name: 'InputError' } }])
    expect(model.doStreamCalls).toEqual([])
  })
})

describe('an abort', () => {
  const beginning = [...opening, ...text('It is')]

  it('in the middle ends model and stream, and there is no finish', async () => {
    const controller = new AbortController()
    const { cancelled, model, signal } = endless(beginning)
    const stream = await agentOf(model).stream('Weather?', { abortSignal: controller.signal })
    const types: string[] = []
    for await (const chunk of stream.fullStream) {
      types.push(chunk.type)
      if (chunk.type === 'text-end') controller.abort(new Error('sk-secret'))
    }

    expect(types).toEqual(['start', 'step-start', 'text-start', 'text-delta', 'text-end', 'abort'])
    expect(signal()?.aborted).toBe(true)
    await cancelled
    expect(lines).toEqual([])
    expect(await rejection(stream.getFullOutput())).toMatchObject({ name: 'AbortError' })
  })

  it('says nothing of its reason', async () => {
    const abortSignal = AbortSignal.abort(new Error('sk-secret'))
    const chunks = await chunksOf(agentOf(modelOf(say('Hello.'))), { abortSignal })

    expect(typesOf(chunks).at(-1)).toBe('abort')
    expect(typesOf(chunks)).not.toContain('finish')
    expect(JSON.stringify(chunks)).not.toContain('sk-secret')
  })

  it('reaches a tool at work, and the model is not called again', async () => {
    const controller = new AbortController()
    let reason: unknown
    const slow = createTool({
      id: 'slow',
      description: '',
      execute: (_input, { abortSignal }) =>
        new Promise((_resolve, reject) => {
          abortSignal?.addEventListener('abort', () => {
            reason = abortSignal.reason
            reject(new Error('stopped'))
          })
          controller.abort('enough')
        }),
    })
    const model = modelOf(call(['slow']), say('Too late.'))
    const chunks = await chunksOf(agentOf(model, { tools: { slow } }), {
      abortSignal: controller.signal,
    })

    expect(reason).toBe('enough')
    expect(typesOf(chunks).at(-1)).toBe('abort')
    expect(typesOf(chunks)).not.toContain('finish')
    expect(model.doStreamCalls).toHaveLength(1)
    expect(lines).toEqual([])
  })
})

describe('a reader that stops early', () => {
  const beginning = [...opening, ...text('It is')]

  it('ends the model', async () => {
    const { cancelled, model, signal } = endless(beginning)
    const stream = await agentOf(model).stream('Weather?')

    expect(await readUntil(stream, 'text-delta')).toHaveLength(4)

    await cancelled
    expect(signal()?.aborted).toBe(true)
    expect(lines).toEqual([])
  })

  it('ends the model when it reads only text', async () => {
    const { cancelled, model, signal } = endless(beginning)
    const stream = await agentOf(model).stream('Weather?')
    for await (const said of stream.textStream) {
      expect(said).toBe('It is')
      break
    }

    await cancelled
    expect(signal()?.aborted).toBe(true)
  })

  it('ends a tool at work', async () => {
    const { promise, resolve } = deferred()
    const slow = createTool({
      id: 'slow',
      description: '',
      execute: (_input, { abortSignal }) =>
        new Promise((_resolve, reject) => {
          abortSignal?.addEventListener('abort', () => {
            resolve('ended')
            reject(abortSignal.reason)
          })
        }),
    })
    const stream = await agentOf(modelOf(call(['slow'])), { tools: { slow } }).stream('Hi')
    await readUntil(stream, 'tool-call')

    expect(await promise).toBe('ended')
    expect(lines).toEqual([])
  })

  it('cannot have the full output', async () => {
    const stream = await agentOf(modelOf(say('Hello ', 'there.'))).stream('Hi')
    await readUntil(stream, 'text-delta')

    expect(await rejection(stream.getFullOutput())).toMatchObject({ name: 'AbortError' })
  })

  it('before the first chunk starts nothing', async () => {
    const model = modelOf(say('Hello.'))
    const stream = await agentOf(model).stream('Hi')
    await stream.fullStream[Symbol.asyncIterator]().return?.()

    expect(await readAll(stream.fullStream)).toEqual([])
    expect(model.doStreamCalls).toEqual([])
  })

  it('behind the end aborts nothing', async () => {
    const model = modelOf(say('Hello.'))
    const stream = await agentOf(model).stream('Hi')
    await readUntil(stream, 'finish')

    expect(model.doStreamCalls[0]?.abortSignal?.aborted).toBe(false)
    expect((await stream.getFullOutput()).text).toBe('Hello.')
  })
})

describe('the text of a stream', () => {
  it('is its deltas, over all steps', async () => {
    const model = modelOf(
      [...opening, ...text('One moment. '), ...call(['weatherTool']).slice(2)],
      say('21 ', 'degrees.'),
    )
    const stream = await agentOf(model).stream('Weather?')

    expect(await readAll(stream.textStream)).toEqual(['One moment. ', '21 ', 'degrees.'])
  })
})

describe('the full output of a stream', () => {
  /** What two answers of the same model differ in. */
  function substance(output: object): unknown {
    const text = JSON.stringify(output, (key, value: unknown) =>
      ['id', 'createdAt', 'runId', 'timestamp'].includes(key) ? undefined : value,
    )
    return JSON.parse(text)
  }

  function generated(model: MockLanguageModelV3, answers: readonly (readonly Part[])[]): void {
    const left = [...answers]
    model.doGenerate = async () => {
      const parts = left.shift() ?? []
      const content = parts.flatMap((part): LanguageModelV3Content[] => {
        if (part.type === 'tool-call') return [part]
        return part.type === 'text-delta' ? [{ type: 'text', text: part.delta }] : []
      })
      const end = parts.at(-1)
      if (end?.type !== 'finish') return expect.unreachable('The answer has no end.')
      const response = { id: 'response', modelId: 'mock-1', timestamp: new Date(0) }
      return { content, finishReason: end.finishReason, usage, response, warnings: [] }
    }
  }

  it.each<[string, readonly Part[][], AgentOptions]>([
    ['text', [say('Hello.')], {}],
    ['a tool turn', [call(['weatherTool']), say('21 degrees.')], {}],
    ['a tool of the client', [call(['weatherTool', 'paint'])], { clientTools: { paint: {} } }],
    [
      'an object',
      [say('{"city":"Oslo"}')],
      { structuredOutput: { schema: z.object({ city: z.string() }) } },
    ],
  ])('is that of generate: %s', async (_, answers, options) => {
    const model = modelOf(...answers)
    generated(model, answers)
    const agent = agentOf(model)
    const stream = await agent.stream('Weather?', options)
    const streamed = await stream.getFullOutput()

    expect(streamed.runId).toBe(stream.runId)
    expect(substance(streamed)).toEqual(substance(await agent.generate('Weather?', options)))
  })

  it('reads what is left', async () => {
    const stream = await agentOf(modelOf(say('Hello ', 'there.'))).stream('Hi')
    await stream.fullStream[Symbol.asyncIterator]().next()

    expect((await stream.getFullOutput()).text).toBe('Hello there.')
    expect((await stream.getFullOutput()).text).toBe('Hello there.')
  })
})

describe('a structured output in a stream', () => {
  const structuredOutput = { schema: z.object({ city: z.string().toUpperCase() }) }

  it('is a chunk between the last step and the finish', async () => {
    const stream = await agentOf(modelOf(say('{"city":', '"Oslo"}'))).stream('Hi', {
      structuredOutput,
    })
    const chunks = await readAll(stream.fullStream)

    expect(typesOf(chunks).slice(-3)).toEqual(['step-finish', 'object-result', 'finish'])
    expect(payloadsOf(chunks, 'object-result')).toEqual([{ object: { city: 'OSLO' } }])
    expect((await stream.getFullOutput()).object).toEqual({ city: 'OSLO' })
  })

  it('comes in the pieces that the model says', async () => {
    const stream = await agentOf(modelOf(say('{"', 'city"', ':', '"Os', 'lo"}'))).stream('Hi', {
      structuredOutput,
    })

    expect(await readAll(stream.textStream)).toEqual(['{"', 'city"', ':', '"Os', 'lo"}'])
  })

  it.each(['Oslo', '{"city":', '{"city":5}'])(
    'fails the stream where it does not fit: %s',
    async (said) => {
      const stream = await agentOf(modelOf(say(said))).stream('Hi', { structuredOutput })
      const chunks = await readAll(stream.fullStream)

      expect(typesOf(chunks).slice(-3)).toEqual(['step-finish', 'error', 'finish'])
      expect(finishOf(chunks).stepResult.reason).toBe('error')
      expect(await rejection(stream.getFullOutput())).toBeInstanceOf(Error)
    },
  )

  it('is not there while tools have yet to answer', async () => {
    const chunks = await chunksOf(agentOf(modelOf(call(['paint']))), {
      structuredOutput,
      clientTools: { paint: {} },
    })

    expect(typesOf(chunks)).not.toContain('object-result')
    expect(finishOf(chunks).stepResult.reason).toBe('tool-calls')
  })
})

describe('a promise that a stream does not make', () => {
  it.each(['text', 'object', 'usage', 'finishReason', 'toolCalls', 'steps', 'response'])(
    'is refused where it is read, with what to do: %s',
    async (name) => {
      const agent = new Agent({
        id: 'a',
        name: 'A',
        instructions: '',
        model: 'signet/rehearsal',
      })
      const stream = await agent.stream('Hello')
      expect(() => Reflect.get(stream, name)).toThrow(`A stream: ${name}. Await getFullOutput()`)
      expect((await stream.getFullOutput()).text).not.toBe('')
    },
  )
})
