import { describe, expect, it } from 'vitest'
import { recallMessages } from './recall.js'
import type { MemoryPart } from './storage.js'

const text = (said: string): MemoryPart => ({ type: 'text', text: said })
const call = (toolCallId: string): MemoryPart => ({
  type: 'tool-invocation',
  toolInvocation: { toolCallId, toolName: 'look', state: 'result', args: {}, result: 1 },
})

function recall(parts: readonly MemoryPart[]) {
  const content = { format: 2, parts } as const
  const facts = { id: 'm', threadId: 't', type: 'text', createdAt: 0 }
  return recallMessages([{ ...facts, role: 'assistant', content }])
}

/** How often a member of a part is read while these parts are recalled. */
function countReads(parts: readonly MemoryPart[]): number {
  let reads = 0
  const watched = parts.map(
    (part) =>
      new Proxy(part, {
        get(target, name) {
          reads += 1
          return Reflect.get(target, name)
        },
      }),
  )
  recall(watched)
  return reads
}

describe('recallMessages', () => {
  it('begins a step at its mark and with the first text behind a call', () => {
    const parts = [text('a'), call('1'), call('2'), text('b'), text('c'), { type: 'step-start' }]
    expect(recall([...parts, text('d')]).map(({ role }) => role)).toStrictEqual([
      'assistant',
      'tool',
      'assistant',
      'assistant',
    ])
  })

  it('keeps texts without a call between them in one step', () => {
    expect(recall([text('a'), text('b'), { type: 'other' }, text('c')])).toHaveLength(1)
  })

  it.each([
    ['of texts', () => text('x')],
    ['of calls', (index: number) => call(`${index}`)],
    ['of texts and calls', (index: number) => (index % 2 === 0 ? text('x') : call(`${index}`))],
    ['of neither', () => ({ type: 'other' })],
  ])('reads each part %s equally often, however many there are', (_, make) => {
    const readsOf = (length: number) => countReads(Array.from({ length }, (_, i) => make(i)))
    expect(readsOf(8000) - readsOf(4000)).toBe(100 * (readsOf(80) - readsOf(40)))
  })
})
