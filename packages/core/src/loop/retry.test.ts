import { APICallError } from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { refuseUnhandledRejections } from '@signet/test-support/process/unhandled-rejections'
import { consoleLogger } from '../log/logger.js'
import type { LoopCall, LoopSettings } from './call.js'
import { runLoop, type LoopMode } from './loop.js'
import type { LoopPart } from './step.js'

const MODES: readonly LoopMode[] = ['generate', 'stream']

/** The error of a provider that asks for a moment of patience, or for none at all. */
function busy(isRetryable = true, wait = '1'): APICallError {
  return new APICallError({
    message: 'busy',
    url: 'https://provider.example/',
    requestBodyValues: {},
    statusCode: isRetryable ? 429 : 400,
    responseHeaders: { 'retry-after-ms': wait },
    isRetryable,
  })
}

/** The error of a provider whose connection failed, as the AI SDK words it. */
function lost(cause: object): APICallError {
  return new APICallError({
    message: 'Cannot connect to API',
    url: 'https://provider.example/',
    requestBodyValues: {},
    responseHeaders: { 'retry-after-ms': '1' },
    cause: Object.assign(new Error('lost'), cause),
    isRetryable: true,
  })
}

/** The error of a provider that answers with a status. */
function refused(statusCode: number): APICallError {
  return new APICallError({
    message: 'refused',
    url: 'https://provider.example/',
    requestBodyValues: {},
    responseHeaders: { 'retry-after-ms': '1' },
    statusCode,
    isRetryable: true,
  })
}

/** What may have been answered, and so paid. */
const PERHAPS_ANSWERED: [string, Error][] = [
  ['its connection was reset', lost({ code: 'ECONNRESET', syscall: 'read' })],
  ['its connection broke', lost({ code: 'UND_ERR_SOCKET' })],
  ['its headers did not come in time', lost({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
  ['its body did not come in time', lost({ code: 'UND_ERR_BODY_TIMEOUT' })],
  ['a proxy gave up waiting', refused(504)],
  ['a network of proxies gave up waiting', refused(524)],
  ['its good answer was cut', refused(200)],
]

/** What cannot have been. */
const NOT_ANSWERED: [string, Error][] = [
  ['it is busy', refused(429)],
  ['it fails', refused(500)],
  ['it is overloaded', refused(503)],
  ['nobody listens there', lost({ code: 'ECONNREFUSED', syscall: 'connect' })],
  ['its name is not found', lost({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
  ['no connection comes about in time', lost({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
  ['no connection comes about', lost({ code: 'ETIMEDOUT', syscall: 'connect' })],
]

/** A model that fails with these errors, one after the other, and then answers. */
function modelOf(...failures: readonly Error[]): MockLanguageModelV3 {
  const left = [...failures]
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: 1, reasoning: undefined },
  }
  const finishReason = { unified: 'stop', raw: undefined } as const
  return new MockLanguageModelV3({
    doGenerate: async () => {
      const error = left.shift()
      if (error !== undefined) throw error
      return { content: [{ type: 'text', text: 'Hi.' }], finishReason, usage, warnings: [] }
    },
    doStream: async () => {
      const error = left.shift()
      if (error !== undefined) throw error
      return {
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'text-start', id: '1' })
            controller.enqueue({ type: 'text-end', id: '1' })
            controller.enqueue({ type: 'finish', finishReason, usage })
            controller.close()
          },
        }),
      }
    },
  })
}

async function run(
  model: MockLanguageModelV3,
  mode: LoopMode,
  settings: LoopSettings = {},
  abortSignal?: AbortSignal,
): Promise<LoopPart[]> {
  const call: LoopCall = {
    agentId: 'agent',
    model,
    instructions: '',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: new Map(),
    maxSteps: 1,
    settings,
    abortSignal,
    logger: consoleLogger,
  }
  const parts: LoopPart[] = []
  for await (const part of runLoop(call, mode)) parts.push(part)
  return parts
}

const countOf = (model: MockLanguageModelV3): number =>
  model.doGenerateCalls.length + model.doStreamCalls.length

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('It did not reject.'),
    (error: unknown) => error,
  )
}

refuseUnhandledRejections()

describe.each(MODES)('a model that fails before it says anything, by %s', (mode) => {
  it('is called again, twice at most, where its provider says that this may help', async () => {
    const model = modelOf(busy(), busy())
    const parts = await run(model, mode)

    expect(countOf(model)).toBe(3)
    expect(parts.at(-1)).toMatchObject({ type: 'step-end' })
  })

  it('fails the answer with all that it failed with', async () => {
    const errors = [busy(), busy(), busy()]
    const model = modelOf(...errors)

    expect(await rejection(run(model, mode))).toMatchObject({ name: 'AI_RetryError', errors })
    expect(countOf(model)).toBe(3)
  })

  it('is called as often as the caller allows', async () => {
    const model = modelOf(busy(), busy())

    expect(await rejection(run(model, mode, { maxRetries: 1 }))).toMatchObject({
      name: 'AI_RetryError',
    })
    expect(countOf(model)).toBe(2)
  })

  it.each<[string, Error, LoopSettings]>([
    ['its provider says that this does not help', busy(false), {}],
    ['its provider does not say', new Error('broken'), {}],
    ['the caller allows none', busy(), { maxRetries: 0 }],
  ])('is not called again where %s', async (_, error, settings) => {
    const model = modelOf(error)

    expect(await rejection(run(model, mode, settings))).toBe(error)
    expect(countOf(model)).toBe(1)
  })

  it.each(PERHAPS_ANSWERED)('is not called again where %s', async (_, error) => {
    const model = modelOf(error)

    expect(await rejection(run(model, mode))).toBe(error)
    expect(countOf(model)).toBe(1)
  })

  it.each(PERHAPS_ANSWERED)('is not called a third time where %s', async (_, error) => {
    const model = modelOf(busy(), error)

    expect(await rejection(run(model, mode))).toBe(error)
    expect(countOf(model)).toBe(2)
  })

  it.each(NOT_ANSWERED)('is called again where %s', async (_, error) => {
    const model = modelOf(error)
    await run(model, mode)

    expect(countOf(model)).toBe(2)
  })

  it('is not waited for behind an abort', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const model = modelOf(busy(true, '50000'))
    const running = rejection(run(model, mode, {}, controller.signal))
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(reason)

    expect(await running).toBe(reason)
    expect(countOf(model)).toBe(1)
  })

  it.each([-1, 0.5])('is not called with maxRetries %d', async (maxRetries) => {
    const model = modelOf()

    expect(await rejection(run(model, mode, { maxRetries }))).toMatchObject({
      name: 'AI_InvalidArgumentError',
      argument: 'maxRetries',
    })
    expect(countOf(model)).toBe(0)
  })
})

describe('a stream that fails with its first part', () => {
  it('is not asked for again', async () => {
    const error = busy()
    const model = new MockLanguageModelV3({
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'error', error })
            controller.close()
          },
        }),
      }),
    })
    const parts = await run(model, 'stream')

    expect(parts).toContainEqual({ type: 'error', error })
    expect(model.doStreamCalls).toHaveLength(1)
  })
})
