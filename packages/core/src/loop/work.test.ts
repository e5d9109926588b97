import type { LanguageModelV4ToolCall } from '@ai-sdk/provider'
import type { ModelMessage } from 'ai'
import { describe, expect, it } from 'vitest'
import type { LoopTools } from './call.js'
import type { Content } from './content.js'
import { toPlainPrompt } from './prompt.js'
import { toResponseMessages } from './response-messages.js'
import { readToolCall } from './tool-call.js'

const many = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index))

describe('a step of many tool calls', () => {
  /** Calls, and what they came to in the opposite order; counts how often an id is looked at. */
  function step(count: number) {
    let reads = 0
    const idOf = (index: number) => ({
      get toolCallId() {
        reads++
        return `call_${index}`
      },
    })
    const common = { toolName: 'tide', input: {}, providerMetadata: undefined }
    const calls = many(count, (index): Content => {
      const call = { type: 'tool-call', fault: undefined, providerExecuted: undefined } as const
      return Object.defineProperties(
        { ...common, ...call, toolCallId: '' },
        {
          toolCallId: Object.getOwnPropertyDescriptor(idOf(index), 'toolCallId') ?? {},
        },
      )
    })
    const outcomes = many(count, (index): Content => {
      const told = { type: 'text', value: 'x' } as const
      const result = { type: 'tool-result', output: 'x', told, providerExecuted: false } as const
      return Object.defineProperties(
        { ...common, ...result, toolCallId: '' },
        {
          toolCallId: Object.getOwnPropertyDescriptor(idOf(count - 1 - index), 'toolCallId') ?? {},
        },
      )
    })
    const messages = toResponseMessages([...calls, ...outcomes])
    return { messages, reads }
  }

  it('tells what they came to in the order of the calls', () => {
    const [, told] = step(5).messages
    const ids = Array.isArray(told?.content)
      ? told.content.map((part) => part.type === 'tool-result' && part.toolCallId)
      : []
    expect(ids).toEqual(['call_0', 'call_1', 'call_2', 'call_3', 'call_4'])
  })

  it('looks at each a bounded number of times, however many there are', () => {
    expect(step(2000).reads / 2000).toBeLessThan(2 * (step(200).reads / 200))
  })
})

describe('messages of many parts', () => {
  it('are put together as one message of results', () => {
    const result = (index: number) =>
      ({
        type: 'tool-result',
        toolCallId: `call_${index}`,
        toolName: 'tide',
        output: { type: 'text', value: '' },
      }) as const
    const calls = many(200_001, (index) => {
      const call = { type: 'tool-call', toolName: 'tide', input: {} } as const
      return { ...call, toolCallId: `call_${index}` }
    })
    const messages: ModelMessage[] = [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: calls },
      { role: 'tool', content: [result(0)] },
      { role: 'tool', content: many(200_000, (index) => result(index + 1)) },
    ]
    expect(toPlainPrompt('', messages)?.at(-1)?.content).toHaveLength(200_001)
  })
})

describe('a call of a tool that is not there', () => {
  const toolsOf = (count: number): LoopTools =>
    new Map(
      many(count, (index) => {
        const name = `tool_${index}`
        return [name, { definition: { type: 'function', name, inputSchema: {} } }]
      }),
    )
  const call: LanguageModelV4ToolCall = {
    type: 'tool-call',
    toolCallId: 'c',
    toolName: 'tide',
    input: '{}',
  }

  it('tells the model which tools there are', () => {
    expect(readToolCall(call, toolsOf(2)).fault).toBe(
      "Model tried to call unavailable tool 'tide'. Available tools: tool_0, tool_1.",
    )
  })

  it('tells it of 100 at most', () => {
    const { fault = '' } = readToolCall(call, toolsOf(5000))
    expect(fault).toContain('tool_99 and 4900 more.')
    expect(fault).not.toContain('tool_100')
  })
})
