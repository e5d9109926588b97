import { setTimeout as wait } from 'node:timers/promises'
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { afterEach, expect, it, vi } from 'vitest'
import { streamParts } from './stream-parts.js'

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn<() => Promise<void>>(async () => {}) }))

afterEach(() => void vi.mocked(wait).mockClear())

const PARTS: readonly LanguageModelV3StreamPart[] = [
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'one ' },
  { type: 'text-delta', id: 't', delta: 'two' },
  { type: 'text-end', id: 't' },
]

async function readAll(chunkDelayMs: number): Promise<unknown[]> {
  const parts: unknown[] = []
  const stream = streamParts(PARTS, { chunkDelayMs, abortSignal: undefined })
  for await (const part of stream) parts.push(part)
  return parts
}

it('waits before each delta, and before nothing else', async () => {
  expect(await readAll(7)).toEqual(PARTS)
  expect(vi.mocked(wait).mock.calls.map(([delay]) => delay)).toEqual([7, 7])
})

it('does not wait where there is no delay', async () => {
  expect(await readAll(0)).toEqual(PARTS)
  expect(wait).not.toHaveBeenCalled()
})

it('stops waiting when the reader leaves', async () => {
  let signal: AbortSignal | undefined
  vi.mocked(wait).mockImplementationOnce((_delay, value, options) => {
    signal = options?.signal
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(value)))
  })
  const reader = streamParts(PARTS, { chunkDelayMs: 7, abortSignal: undefined }).getReader()
  await reader.read()
  const pending = reader.read()
  await vi.waitFor(() => expect(signal).toBeDefined())
  await reader.cancel()
  expect(signal?.aborted).toBe(true)
  expect(await pending).toMatchObject({ done: true })
})
