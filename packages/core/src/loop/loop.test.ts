import { AsyncLocalStorage } from 'node:async_hooks'
import type {
  LanguageModelV2,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider'
import { MockLanguageModelV3, MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { refuseUnhandledRejections } from '@signet/test-support/process/unhandled-rejections'
import type { Logger } from '../log/logger.js'
import type { LoopCall, LoopTool } from './call.js'
import { tellOutput } from '../tool/tell-output.js'
import { toJson } from '../tool/to-json.js'
import { runLoop, type LoopMode } from './loop.js'
import type { LoopPart, Step } from './step.js'

type Part = LanguageModelV3StreamPart
type Execute = NonNullable<LoopTool['execute']>

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
}
const MODES: readonly LoopMode[] = ['generate', 'stream']

const finish = (unified: 'stop' | 'tool-calls' | 'length' = 'stop'): Part => ({
  type: 'finish',
  finishReason: { unified, raw: undefined },
  usage,
})
const call = (
  toolCallId: string,
  toolName: string,
  input = '{}',
): Part & LanguageModelV3Content => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input,
})
const say = (text: string): Part[] => [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: text },
  { type: 'text-end', id: '1' },
  finish(),
]

function streamOf(parts: readonly Part[], isOpen = false): ReadableStream<Part> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      if (!isOpen) controller.close()
    },
  })
}

/** The parts of a stream as they stand in an answer that comes at once. */
function contentOf(parts: readonly Part[]): LanguageModelV3Content[] {
  return parts.flatMap((part): LanguageModelV3Content[] => {
    switch (part.type) {
      case 'text-delta':
        return [{ type: 'text', text: part.delta }]
      case 'reasoning-delta':
        return [{ type: 'reasoning', text: part.delta, providerMetadata: part.providerMetadata }]
      case 'tool-call':
      case 'tool-result':
      case 'source':
      case 'file':
        return [part]
      default:
        return []
    }
  })
}

/** A model that answers its steps with these parts, either way. */
function modelOf(...steps: readonly (readonly Part[])[]): MockLanguageModelV3 {
  const left = [...steps]
  return new MockLanguageModelV3({
    doGenerate: async () => {
      const parts = left.shift() ?? []
      const end = parts.find((part) => part.type === 'finish')
      const finishReason = end?.finishReason ?? { unified: 'other', raw: undefined }
      return { content: contentOf(parts), finishReason, usage, warnings: [] }
    },
    doStream: async () => ({ stream: streamOf(left.shift() ?? []) }),
  })
}

const callsOf = (model: MockLanguageModelV3): LanguageModelV3CallOptions[] => [
  ...model.doGenerateCalls,
  ...model.doStreamCalls,
]

function toolOf(
  name: string,
  execute: (...args: Parameters<Execute>) => unknown,
): [string, LoopTool] {
  const definition = { type: 'function', name, inputSchema: { type: 'object' } } as const
  const tool: LoopTool = {
    definition,
    async execute(...args) {
      const output = await execute(...args)
      return { output, told: tellOutput(toJson(output)) }
    },
  }
  return [name, tool]
}

const errors: unknown[] = []
const logger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (_message, fields) => void errors.push(fields?.['error']),
}

function callOf(model: LoopCall['model'], options: Partial<LoopCall> = {}): LoopCall {
  return {
    agentId: 'agent',
    model,
    instructions: 'Be brief.',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: new Map(),
    maxSteps: 5,
    settings: {},
    abortSignal: undefined,
    logger,
    ...options,
  }
}

async function run(options: LoopCall, mode: LoopMode): Promise<LoopPart[]> {
  const parts: LoopPart[] = []
  for await (const part of runLoop(options, mode)) parts.push(part)
  return parts
}

const stepsOf = (parts: readonly LoopPart[]): Step[] =>
  parts.flatMap((part) => (part.type === 'step-end' ? [part.step] : []))

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('It did not reject.'),
    (error: unknown) => error,
  )
}

beforeEach(() => {
  errors.length = 0
})

refuseUnhandledRejections()

describe.each(MODES)('tools of one step, by %s', (mode) => {
  it('run at the same time, and the model is told of them in the order of its calls', async () => {
    const second = createDeferred()
    const first = toolOf('first', async () => {
      await second.promise
      return 'slow'
    })
    const other = toolOf('second', () => {
      second.resolve()
      return 'quick'
    })
    const calls = [call('a', 'first'), call('b', 'second'), finish('tool-calls')]
    const model = modelOf(calls, say('Done.'))
    const parts = await run(callOf(model, { tools: new Map([first, other]) }), mode)

    expect(callsOf(model)[1]?.prompt.at(-1)).toMatchObject({
      role: 'tool',
      content: [
        { toolCallId: 'a', output: { type: 'text', value: 'slow' } },
        { toolCallId: 'b', output: { type: 'text', value: 'quick' } },
      ],
    })
    const shown = parts.flatMap((part) => (part.type === 'tool-result' ? [part.toolCallId] : []))
    expect(shown).toEqual(mode === 'stream' ? ['b', 'a'] : [])
  })

  it.each([
    ['no JSON', '{"city":', /JSON parsing failed/u, {}],
    ['a prototype', '{"__proto__":{"isAdmin":true}}', /forbidden prototype/u, {}],
    ['a prototype in escapes', '{"\\u005f_proto__":{}}', /forbidden prototype/u, {}],
    ['the prototype of a constructor', '{"constructor":{"prototype":{}}}', /forbidden/u, {}],
  ])('do not run with %s as input, and the model is told so', async (_, input, told, shown) => {
    let runs = 0
    const tool = toolOf('tool', () => (runs += 1))
    const model = modelOf([call('a', 'tool', input), finish('tool-calls')], say('Sorry.'))
    const parts = await run(callOf(model, { tools: new Map([tool]) }), mode)

    expect(runs).toBe(0)
    expect(callsOf(model)[1]?.prompt.slice(-2)).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', input: shown }] },
      {
        role: 'tool',
        content: [{ output: { type: 'error-text', value: expect.stringMatching(told) } }],
      },
    ])
    const [first] = stepsOf(parts)
    expect(first?.content.map(({ type }) => type)).toEqual(['tool-call', 'tool-error'])
  })

  it('run with an empty object where the model says nothing', async () => {
    const inputs: unknown[] = []
    const tool = toolOf('tool', (input) => inputs.push(input))
    const model = modelOf([call('a', 'tool', ' '), finish('tool-calls')], say('Done.'))
    await run(callOf(model, { tools: new Map([tool]) }), mode)

    expect(inputs).toEqual([{}])
  })

  it('are named to a model that calls one that is not there', async () => {
    const tool = toolOf('there', () => 1)
    const model = modelOf([call('a', 'toString'), finish('tool-calls')], say('Sorry.'))
    await run(callOf(model, { tools: new Map([tool]) }), mode)

    expect(JSON.stringify(callsOf(model)[1]?.prompt.at(-1))).toContain(
      "Model tried to call unavailable tool 'toString'. Available tools: there.",
    )
  })

  it.each([
    [false, { type: 'tool-result', output: { hits: 2 } }, { type: 'json', value: { hits: 2 } }],
    [true, { type: 'tool-error', error: { hits: 2 } }, { type: 'error-json', value: { hits: 2 } }],
  ])('that the provider runs do not run here; failed: %s', async (isError, outcome, output) => {
    let runs = 0
    const tool = toolOf('search', () => (runs += 1))
    const result = { type: 'tool-result', toolCallId: 'a', toolName: 'search', isError } as const
    const model = modelOf([
      {
        ...call('a', 'search', '{"query":"x"}'),
        type: 'tool-call',
        providerExecuted: true,
      } as Part,
      { ...result, result: { hits: 2 } },
      ...say('Two.'),
    ])
    const parts = await run(callOf(model, { tools: new Map([tool]) }), mode)

    expect(runs).toBe(0)
    expect(callsOf(model)).toHaveLength(1)
    const [step] = stepsOf(parts)
    expect(step?.content).toMatchObject([
      { type: 'tool-call', input: { query: 'x' }, providerExecuted: true },
      { ...outcome, input: { query: 'x' }, providerExecuted: true },
      { type: 'text' },
    ])
    expect(step?.messages).toMatchObject([
      {
        role: 'assistant',
        content: [{ type: 'tool-call' }, { type: 'tool-result', output }, { type: 'text' }],
      },
    ])
  })

  it('do not run where the model was toolChoice is none', async () => {
    let runs = 0
    const tool = toolOf('tool', () => (runs += 1))
    const model = modelOf([call('a', 'tool'), finish('tool-calls')])
    const options = callOf(model, { tools: new Map([tool]), toolChoice: 'none' })
    const outcome = await run(options, mode).catch((error: unknown) => error)

    expect(runs).toBe(0)
    if (mode === 'generate') expect(outcome).toMatchObject({ message: /toolChoice is none/u })
    else {
      expect(outcome).toMatchObject([
        { type: 'step-start' },
        { type: 'error', error: { message: expect.stringMatching(/toolChoice is none/u) } },
        { type: 'step-end', isContinued: false },
      ])
    }
  })

  it.each(['required', { type: 'tool', toolName: 'tool' }] as const)(
    'that have to be called and are not are a failure: %j',
    async (toolChoice) => {
      const tool = toolOf('tool', () => 1)
      const options = callOf(modelOf(say('No.')), { tools: new Map([tool]), toolChoice })
      const outcome = await run(options, mode).catch((error: unknown) => error)

      const message = expect.stringMatching(/did not call/u)
      if (mode === 'generate') expect(outcome).toMatchObject({ message })
      else
        expect(outcome).toContainEqual({
          type: 'error',
          error: expect.objectContaining({ message }),
        })
    },
  )
})

describe.each(MODES)('a tool, by %s', (mode) => {
  it('runs in the asynchronous context of who asked, also beside others', async () => {
    const context = new AsyncLocalStorage<string>()
    const meeting = createDeferred()
    let waiting = 0
    const seen = async (name: string): Promise<unknown> => {
      const tool = toolOf('tool', async () => {
        waiting += 1
        if (waiting === 2) meeting.resolve()
        await meeting.promise
        return context.getStore()
      })
      const model = modelOf([call('a', 'tool'), finish('tool-calls')], say('Done.'))
      const options = callOf(model, { tools: new Map([tool]) })
      const [step] = stepsOf(await context.run(name, () => run(options, mode)))
      return step?.content.find(({ type }) => type === 'tool-result')
    }

    expect(await Promise.all([seen('alice'), seen('bob')])).toMatchObject([
      { output: 'alice' },
      { output: 'bob' },
    ])
  })
})

describe.each(MODES)('what a model thought, by %s', (mode) => {
  it('goes back to it with its signature', async () => {
    const providerMetadata = { provider: { signature: 'signed' } }
    const model = modelOf(
      [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'Hm.', providerMetadata },
        { type: 'reasoning-end', id: 'r' },
        { ...call('a', 'tool'), providerMetadata } as Part,
        finish('tool-calls'),
      ],
      say('Done.'),
    )
    await run(callOf(model, { tools: new Map([toolOf('tool', () => 1)]) }), mode)

    expect(callsOf(model)[1]?.prompt.slice(-2)).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.', providerOptions: providerMetadata },
          { type: 'tool-call', providerOptions: providerMetadata },
        ],
      },
      { role: 'tool', content: [{ providerOptions: providerMetadata }] },
    ])
  })
})

describe('a stream', () => {
  it('has its warnings and what is known of the response', async () => {
    const timestamp = new Date(0)
    const warnings = [{ type: 'other', message: 'Careful.' } as const]
    const model = modelOf([
      { type: 'stream-start', warnings },
      { type: 'response-metadata', id: 'id', modelId: 'exact', timestamp },
      ...say('Hi.'),
    ])
    const parts = await run(callOf(model), 'stream')

    expect(parts[0]).toEqual({ type: 'step-start', warnings })
    expect(stepsOf(parts)).toMatchObject([
      {
        warnings,
        response: { id: 'id', modelId: 'exact', timestamp },
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      },
    ])
  })

  it('has an id of its own for each text, also where the model repeats its ids', async () => {
    const model = modelOf(
      [...say('One moment.').slice(0, -1), call('a', 'tool'), finish('tool-calls')],
      say('Done.'),
    )
    const parts = await run(callOf(model, { tools: new Map([toolOf('tool', () => 1)]) }), 'stream')
    const ids = (type: LoopPart['type']) =>
      parts.flatMap((part) => (part.type === type && 'id' in part ? [part.id] : []))

    expect(ids('text-start')[0]).toBe('1')
    expect(new Set(ids('text-start')).size).toBe(2)
    expect(ids('text-delta')).toEqual(ids('text-start'))
    expect(ids('text-end')).toEqual(ids('text-start'))
  })

  it('runs no tool once the model has failed in the middle, and is not read any further', async () => {
    let runs = 0
    const tool = toolOf('tool', () => (runs += 1))
    const error = new Error('broken')
    const model = modelOf([call('a', 'tool'), { type: 'error', error }, ...say('On and on.')])
    const parts = await run(callOf(model, { tools: new Map([tool]) }), 'stream')

    expect(parts.map(({ type }) => type)).toEqual(['step-start', 'tool-call', 'error', 'step-end'])
    expect(stepsOf(parts)[0]?.finishReason).toBe('error')
    expect(runs).toBe(0)
  })

  it('fails where the model continues a text that it has not begun', async () => {
    const model = modelOf([{ type: 'text-delta', id: '1', delta: 'Hi' }, finish()])
    const parts = await run(callOf(model), 'stream')

    expect(parts.map(({ type }) => type)).toEqual(['step-start', 'error', 'step-end'])
  })

  it('keeps what a model said that was cut off', async () => {
    const parts = await run(callOf(modelOf(say('Half').slice(0, 2))), 'stream')

    expect(stepsOf(parts)).toMatchObject([{ finishReason: 'other', content: [{ text: 'Half' }] }])
  })
})

describe('a model of another version of the contract', () => {
  it.each(MODES)('may be the second, by %s', async (mode) => {
    const v2 = { inputTokens: 3, outputTokens: 4, totalTokens: 7 }
    const model: LanguageModelV2 = {
      specificationVersion: 'v2',
      provider: 'old',
      modelId: 'old-1',
      supportedUrls: {},
      doGenerate: async () => ({
        content: [{ type: 'text', text: 'Old.' }],
        finishReason: 'stop',
        usage: v2,
        warnings: [],
      }),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'text-start', id: '1' })
            controller.enqueue({ type: 'text-delta', id: '1', delta: 'Old.' })
            controller.enqueue({ type: 'text-end', id: '1' })
            controller.enqueue({ type: 'finish', finishReason: 'stop', usage: v2 })
            controller.close()
          },
        }),
      }),
    }
    const parts = await run(callOf(model), mode)

    expect(stepsOf(parts)).toMatchObject([
      {
        finishReason: 'stop',
        content: [{ type: 'text', text: 'Old.' }],
        usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
      },
    ])
  })

  it.each(MODES)('may be the fourth, and make a file, by %s', async (mode) => {
    const file = {
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'data', data: 'aGk=' },
    } as const
    const finishReason = { unified: 'stop', raw: undefined } as const
    const model = new MockLanguageModelV4({
      doGenerate: async () => ({ content: [file], finishReason, usage, warnings: [] }),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue(file)
            controller.enqueue({ type: 'finish', finishReason, usage })
            controller.close()
          },
        }),
      }),
    })
    const [step] = stepsOf(await run(callOf(model), mode))

    const content = [{ type: 'file', file: { base64: 'aGk=', mediaType: 'image/png' } }]
    expect(step?.content).toMatchObject(content)
    expect(step?.messages).toMatchObject([{ content: [{ type: 'file', data: 'aGk=' }] }])
  })
})

describe.each(MODES)('an abort, by %s', (mode) => {
  const reason = new Error('enough')

  it('between steps stops the loop', async () => {
    const controller = new AbortController()
    const tool = toolOf('tool', () => 1)
    const model = modelOf([call('a', 'tool'), finish('tool-calls')], say('Too late.'))
    const options = callOf(model, { tools: new Map([tool]), abortSignal: controller.signal })
    const reading = async () => {
      for await (const part of runLoop(options, mode)) {
        if (part.type === 'step-end') controller.abort(reason)
      }
    }

    expect(await rejection(reading())).toBe(reason)
    expect(callsOf(model)).toHaveLength(1)
  })

  it('is obeyed where the model does not obey it', async () => {
    const controller = new AbortController()
    const hang = () => {
      controller.abort(reason)
      return new Promise<never>(() => undefined)
    }
    const model = new MockLanguageModelV3({ doGenerate: hang, doStream: hang })

    expect(await rejection(run(callOf(model, { abortSignal: controller.signal }), mode))).toBe(
      reason,
    )
  })

  it('is obeyed where a tool does not obey it', async () => {
    const controller = new AbortController()
    const tool = toolOf('tool', () => {
      controller.abort(reason)
      return new Promise<never>(() => undefined)
    })
    const model = modelOf([call('a', 'tool'), finish('tool-calls')])
    const options = callOf(model, { tools: new Map([tool]), abortSignal: controller.signal })

    expect(await rejection(run(options, mode))).toBe(reason)
  })

  it('starts no tool behind it, whenever it comes', async () => {
    // Within so many turns either mode has come from the model's answer to the tool.
    for (let turns = 0; turns < 80; turns += 1) {
      const controller = new AbortController()
      const abort = async () => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
        controller.abort(reason)
      }
      let isLate = false
      const tool = toolOf('tool', (_input, { abortSignal }) => {
        isLate = abortSignal.aborted
        return new Promise<never>(() => undefined)
      })
      const parts = [call('a', 'tool'), finish('tool-calls')]
      const model = new MockLanguageModelV3({
        doGenerate: async () => {
          void abort()
          const finishReason = { unified: 'tool-calls', raw: undefined } as const
          return { content: contentOf(parts), finishReason, usage, warnings: [] }
        },
        doStream: async () => {
          void abort()
          return { stream: streamOf(parts) }
        },
      })
      const options = callOf(model, { tools: new Map([tool]), abortSignal: controller.signal })

      expect(await rejection(run(options, mode))).toBe(reason)
      expect({ turns, isLate }).toEqual({ turns, isLate: false })
    }
  })

  it('before the start asks no model', async () => {
    const model = modelOf(say('Hi.'))
    const options = callOf(model, { abortSignal: AbortSignal.abort(reason) })

    expect(await rejection(run(options, mode))).toBe(reason)
    expect(callsOf(model)).toEqual([])
  })

  it('leaves a rejection to nobody that comes behind it', async () => {
    const controller = new AbortController()
    const late = createDeferred<never>()
    const model = new MockLanguageModelV3({
      doGenerate: () => late.promise,
      doStream: () => late.promise,
    })
    const running = rejection(run(callOf(model, { abortSignal: controller.signal }), mode))
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(reason)

    expect(await running).toBe(reason)
    late.reject(new Error('late'))
  })

  describe('whose listeners fail', () => {
    const uncaught: unknown[] = []
    const note = (error: unknown) => void uncaught.push(error)
    beforeEach(() => void process.on('uncaughtException', note))
    afterEach(() => void process.off('uncaughtException', note))

    it.each<[string, () => unknown]>([
      [
        'at once',
        () => {
          throw new Error('listener')
        },
      ],
      ['later', () => Promise.reject(new Error('listener'))],
    ])('%s is told to the log and ends no process', async (_, listener) => {
      const controller = new AbortController()
      const seen: string[] = []
      const tool = toolOf('tool', (_input, { abortSignal }) => {
        const forgotten = () => void seen.push('forgotten')
        abortSignal.addEventListener('abort', forgotten)
        abortSignal.removeEventListener('abort', forgotten)
        abortSignal.addEventListener('abort', listener)
        abortSignal.addEventListener('abort', { handleEvent: () => void seen.push('object') })
        abortSignal.addEventListener('abort', () => void seen.push('function'))
        controller.abort(reason)
        return new Promise<never>(() => undefined)
      })
      const model = modelOf([call('a', 'tool'), finish('tool-calls')])
      const options = callOf(model, { tools: new Map([tool]), abortSignal: controller.signal })

      expect(await rejection(run(options, mode))).toBe(reason)
      await new Promise((resolve) => setImmediate(resolve))
      expect(uncaught).toEqual([])
      expect(errors).toMatchObject([{ message: 'listener' }])
      expect(seen).toEqual(['object', 'function'])
    })
  })
})

describe('a reader that leaves', () => {
  it('ends a tool that runs, and what it then rejects with is nobody’s', async () => {
    const ended = createDeferred()
    const tool = toolOf('tool', (_input, { abortSignal }) => {
      return new Promise((_resolve, reject) => {
        abortSignal.addEventListener('abort', () => {
          reject(new Error('ended'))
          ended.resolve()
        })
      })
    })
    const model = modelOf([call('a', 'tool'), finish('tool-calls')])
    for await (const part of runLoop(callOf(model, { tools: new Map([tool]) }), 'stream')) {
      if (part.type === 'tool-call') break
    }

    await ended.promise
  })

  it('ends a stream that hangs, whenever it comes', async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const controller = new AbortController()
      const model = new MockLanguageModelV3({
        doStream: async () => {
          const abort = async () => {
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
            controller.abort()
          }
          void abort()
          return { stream: streamOf([], true) }
        },
      })
      const options = callOf(model, { abortSignal: controller.signal })
      expect(await rejection(run(options, 'stream'))).toBe(controller.signal.reason)
    }
  })

  it('ends a stream that came after the abort, unread', async () => {
    const controller = new AbortController()
    const cancelled = createDeferred()
    const opened = createDeferred()
    const model = new MockLanguageModelV3({
      doStream: async () => {
        controller.abort()
        await opened.promise
        return { stream: new ReadableStream({ cancel: () => cancelled.resolve() }) }
      },
    })
    await rejection(run(callOf(model, { abortSignal: controller.signal }), 'stream'))
    opened.resolve()

    await cancelled.promise
  })

  it('leaves no listener behind on the signal of the caller', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1
      Reflect.apply(addEventListener, signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1
      Reflect.apply(removeEventListener, signal, args)
    }
    await run(callOf(modelOf(say('Hi.')), { abortSignal: signal }), 'stream')

    expect(listeners).toBe(0)
  })
})
