import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'
import { afterEach, describe, expect, it } from 'vitest'
import { consoleLogger } from '../log/logger.js'
import { traceAnswers, type AnswerSpan, type SpanOperation } from '../model/telemetry.js'
import { runLoop, type LoopMode } from './loop.js'

type Part = LanguageModelV3StreamPart

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
}
const finishReason = { unified: 'stop', raw: undefined } as const
const error = new Error('broken')

afterEach(() => traceAnswers(undefined))

/** The spans of an answer in the order in which they end, and whether each is one of a failure. */
async function spansOf(model: MockLanguageModelV3, mode: LoopMode): Promise<unknown> {
  const ended: [SpanOperation, boolean][] = []
  const start = (operation: SpanOperation): AnswerSpan => ({
    start,
    run: (work) => work(),
    end: ({ isError }) => void ended.push([operation, isError]),
  })
  traceAnswers({ start })
  const answer = runLoop(
    {
      agentId: 'agent',
      model,
      instructions: '',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: new Map(),
      maxSteps: 1,
      settings: {},
      abortSignal: undefined,
      logger: consoleLogger,
    },
    mode,
  )
  try {
    for await (const part of answer) void part
  } catch (cause) {
    expect(cause).toBe(error)
  }
  return ended
}

function streamOf(...parts: readonly Part[]) {
  const stream = new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
  return { stream }
}

describe('the spans of an answer', () => {
  it.each(['generate', 'stream'] as const)('are none of a failure by %s', async (mode) => {
    const model = new MockLanguageModelV3({
      doGenerate: async () => ({ content: [], finishReason, usage, warnings: [] }),
      doStream: async () => streamOf({ type: 'finish', finishReason, usage }),
    })
    expect(await spansOf(model, mode)).toEqual([
      ['chat', false],
      ['invoke_agent', false],
    ])
  })

  it.each<[string, LoopMode, () => Promise<never> | ReturnType<typeof streamOf>]>([
    ['at once', 'generate', () => Promise.reject(error)],
    ['before the stream', 'stream', () => Promise.reject(error)],
    ['in the middle of the stream', 'stream', () => streamOf({ type: 'error', error })],
  ])('tell of a model that fails %s', async (_, mode, answer) => {
    const model = new MockLanguageModelV3({
      doGenerate: () => Promise.reject(error),
      doStream: async () => await answer(),
    })
    expect(await spansOf(model, mode)).toEqual([
      ['chat', true],
      ['invoke_agent', true],
    ])
  })
})
