import type { LanguageModelV3Content, LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { generateText, isStepCount, jsonSchema, streamText, tool, type ToolSet } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { consoleLogger } from '../log/logger.js'
import type { LoopCall } from './call.js'
import { tellOutput } from '../tool/tell-output.js'
import { toJson } from '../tool/to-json.js'
import { runLoop } from './loop.js'
import type { Step } from './step.js'

// The AI SDK's own loop is what this one stands in for: on the same model, it has to come to the same.

type Turn = readonly LanguageModelV3Content[]

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
  raw: { tokens: 3 },
}
const inputSchema = { type: 'object', properties: { city: { type: 'string' } } } as const
const signed = { provider: { signature: 'signed' } }

const text = (said: string): LanguageModelV3Content => ({ type: 'text', text: said })
const call = (
  toolCallId: string,
  toolName: string,
  input = '{"city":"Oslo"}',
): LanguageModelV3Content => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input,
})

function execute(name: string): (input: unknown) => Promise<unknown> {
  return async (input) => {
    if (name === 'broken') throw new Error('It cannot.')
    return name === 'text' ? 'as text' : { input, nothing: undefined, date: new Date(0) }
  }
}

const NAMES = ['json', 'text', 'broken']
const sdkTools: ToolSet = Object.fromEntries([
  ...NAMES.map((name) => [
    name,
    tool({ description: name, inputSchema: jsonSchema(inputSchema), execute: execute(name) }),
  ]),
  ['client', tool({ description: 'client', inputSchema: jsonSchema(inputSchema) })],
])
const tools: LoopCall['tools'] = new Map(
  [...NAMES, 'client'].map((name) => {
    const definition = { type: 'function', name, description: name, inputSchema } as const
    if (name === 'client') return [name, { definition }]
    const run = async (input: unknown) => {
      const output = await execute(name)(input)
      return { output, told: tellOutput(toJson(output)) }
    }
    return [name, { definition, execute: run }]
  }),
)

function partsOf(turn: Turn): LanguageModelV3StreamPart[] {
  return turn.flatMap((part, index): LanguageModelV3StreamPart[] => {
    if (part.type !== 'text' && part.type !== 'reasoning') return [part]
    const { type, providerMetadata } = part
    const id = String(index)
    return [
      { type: `${type}-start`, id },
      ...[...part.text].map((delta) => ({ type: `${type}-delta`, id, delta }) as const),
      { type: `${type}-end`, id, providerMetadata },
    ]
  })
}

function modelOf(turns: readonly Turn[]): MockLanguageModelV3 {
  let next = 0
  const end = (turn: Turn) => {
    const unified = turn.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop'
    return { finishReason: { unified, raw: unified }, usage } as const
  }
  const response = { id: 'response', modelId: 'exact', timestamp: new Date(0) }
  return new MockLanguageModelV3({
    doGenerate: async () => {
      const turn = turns[next++] ?? []
      return { content: [...turn], ...end(turn), response, warnings: [] }
    },
    doStream: async () => {
      const turn = turns[next++] ?? []
      const parts = [{ type: 'response-metadata', ...response } as const, ...partsOf(turn)]
      return {
        stream: new ReadableStream<LanguageModelV3StreamPart>({
          start(controller) {
            for (const part of parts) controller.enqueue(part)
            controller.enqueue({ type: 'finish', ...end(turn) })
            controller.close()
          },
        }),
      }
    },
  })
}

/** As JSON, in which errors are not called by the SDK's names for them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/AI_\w+: /gu, ''))
}

/** What the model was asked, without what differs by nature. */
function askedOf({ doGenerateCalls, doStreamCalls }: MockLanguageModelV3): unknown {
  const calls = [...doGenerateCalls, ...doStreamCalls]
  return calls.map((asked) => plain({ ...asked, headers: undefined, abortSignal: undefined }))
}

interface Outcome {
  readonly finishReason: string
  readonly usage: Step['usage']
  readonly response: { readonly id: string; readonly modelId: string; readonly timestamp: Date }
}

function summaryOf({ finishReason, usage: used, response }: Outcome, messages: unknown): unknown {
  const { inputTokens, outputTokens, totalTokens, raw } = used
  const { id, modelId, timestamp } = response
  const said = plain(messages)
  return { finishReason, inputTokens, outputTokens, totalTokens, raw, id, modelId, timestamp, said }
}

const cases: readonly [string, readonly Turn[], Partial<LoopCall>?][] = [
  ['a text', [[text('Hello.')]]],
  ['nothing', [[]]],
  ['an empty text', [[text('')]]],
  ['several texts', [[text('One.'), text('Two.')]]],
  [
    'what it thought',
    [[{ type: 'reasoning', text: 'Hm.', providerMetadata: signed }, text('So.')]],
  ],
  ['a tool turn', [[call('1', 'json')], [text('Done.')]]],
  [
    'thoughts and a tool turn',
    [
      [
        { type: 'reasoning', text: 'Hm.', providerMetadata: signed },
        {
          type: 'tool-call',
          toolCallId: '1',
          toolName: 'json',
          input: '{}',
          providerMetadata: signed,
        },
      ],
      [text('Done.')],
    ],
  ],
  [
    'several tools',
    [[text('Wait.'), call('1', 'json'), call('2', 'text'), call('3', 'broken')], [text('Done.')]],
  ],
  ['several tool turns', [[call('1', 'json')], [call('2', 'text')], [text('Done.')]]],
  ['a tool that fails', [[call('1', 'broken')], [text('Sorry.')]]],
  ['a tool that is not there', [[call('1', 'nothing')], [text('Sorry.')]]],
  ['an input that is no JSON', [[call('1', 'json', '{"city"')], [text('Sorry.')]]],
  ['an input that is no object', [[call('1', 'json', '5')], [text('Done.')]]],
  ['an input that is empty', [[call('1', 'json', '')], [text('Done.')]]],
  ['a tool of the client', [[call('1', 'client')]]],
  ['a tool of the client beside another', [[call('1', 'client'), call('2', 'json')]]],
  ['more steps than are allowed', [[call('1', 'json')], [call('2', 'json')]], { maxSteps: 2 }],
  [
    'a tool that has to be called',
    [[call('1', 'json')], [call('2', 'json')]],
    { maxSteps: 2, toolChoice: 'required' },
  ],
  [
    'settings',
    [[text('Hello.')]],
    {
      settings: {
        temperature: 0.5,
        maxOutputTokens: 5,
        stopSequences: ['x'],
        seed: 1,
        topK: 2,
        topP: 0.1,
      },
      providerOptions: { provider: { key: 'value' } },
    },
  ],
  [
    'a source',
    [[{ type: 'source', sourceType: 'url', id: '1', url: 'https://source.example/' }, text('So.')]],
  ],
  ['a file', [[{ type: 'file', mediaType: 'image/png', data: 'aGk=' }, text('Look.')]]],
  [
    'a file, and a tool turn',
    [[{ type: 'file', mediaType: 'image/png', data: 'aGk=' }, call('1', 'json')], [text('Look.')]],
  ],
  [
    'a tool of the provider',
    [
      [
        {
          type: 'tool-call',
          toolCallId: '1',
          toolName: 'search',
          input: '{}',
          providerExecuted: true,
          dynamic: true,
        },
        { type: 'tool-result', toolCallId: '1', toolName: 'search', result: { hits: 1 } },
        text('One.'),
      ],
    ],
  ],
]

describe.each(cases)('%s', (_, turns, options = {}) => {
  const loopCall = (model: MockLanguageModelV3): LoopCall => ({
    agentId: 'agent',
    model,
    instructions: 'Be brief.',
    messages: [{ role: 'user', content: 'Hi' }],
    tools,
    maxSteps: 5,
    settings: {},
    abortSignal: undefined,
    logger: consoleLogger,
    ...options,
  })
  const sdkCall = (model: MockLanguageModelV3) => ({
    model,
    instructions: 'Be brief.',
    messages: [{ role: 'user' as const, content: 'Hi' }],
    tools: sdkTools,
    toolChoice: options.toolChoice,
    providerOptions: options.providerOptions,
    stopWhen: isStepCount(options.maxSteps ?? 5),
    ...options.settings,
  })

  it.each(['generate', 'stream'] as const)(
    'comes to what the AI SDK makes of it, by %s',
    async (mode) => {
      const ours = modelOf(turns)
      const theirs = modelOf(turns)
      const steps: unknown[] = []
      for await (const part of runLoop(loopCall(ours), mode)) {
        if (part.type === 'step-end') steps.push(summaryOf(part.step, part.step.messages))
      }
      const answer =
        mode === 'generate' ? await generateText(sdkCall(theirs)) : streamText(sdkCall(theirs))
      const expected = await answer.steps

      expect(askedOf(ours)).toEqual(askedOf(theirs))
      expect(steps).toEqual(expected.map((step) => summaryOf(step, step.response.messages)))
    },
  )
})
