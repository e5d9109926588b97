import type { ModelMessage } from 'ai'
import { describe, expect, it } from 'vitest'
import { dropUnansweredCalls } from './history.js'

const user = (content: string): ModelMessage => ({ role: 'user', content })

function call(...ids: readonly string[]): ModelMessage {
  const content = ids.map(
    (toolCallId) => ({ type: 'tool-call', toolCallId, toolName: 'look', input: {} }) as const,
  )
  return { role: 'assistant', content }
}

function result(toolCallId: string): ModelMessage {
  const output = { type: 'json', value: 1 } as const
  return {
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId, toolName: 'look', output }],
  }
}

describe('calls that nobody answered', () => {
  it('are left out, with a message that has nothing else', () => {
    const question = user('again')
    expect(dropUnansweredCalls([user('a'), call('1'), question])).toEqual([user('a'), question])
    expect(dropUnansweredCalls([call('1', '2'), result('2')])).toEqual([call('2'), result('2')])
  })

  it.each([
    ['an empty text', { type: 'text', text: '' }],
    ['a thought', { type: 'reasoning', text: 'Hm.' }],
  ] as const)('are left out with a message that has %s beside them', (_, part) => {
    const content = [part, { type: 'tool-call', toolCallId: '1', toolName: 'look', input: {} }]
    const messages = [user('a'), { role: 'assistant', content } as ModelMessage, user('b')]
    expect(dropUnansweredCalls(messages)).toEqual([user('a'), user('b')])
  })

  it('stay where a tool answered them, also behind another message of the assistant', () => {
    const messages = [call('1'), { role: 'assistant', content: 'one moment' } as const, result('1')]
    expect(dropUnansweredCalls(messages)).toEqual(messages)
  })

  it('are left out where only another turn answered a call of the same id', () => {
    const turn = [user('a'), call('1'), result('1')]
    expect(dropUnansweredCalls([...turn, user('b'), call('1'), user('c')])).toEqual([
      ...turn,
      user('b'),
      user('c'),
    ])
    expect(dropUnansweredCalls([user('b'), call('1'), ...turn])).toEqual([user('b'), ...turn])
  })

  it('are left out where the next step answered a call of the same id', () => {
    expect(dropUnansweredCalls([call('1'), call('1'), result('1')])).toEqual([
      call('1'),
      result('1'),
    ])
  })
})

describe('a message of the assistant', () => {
  const said = (content: string): ModelMessage => ({ role: 'assistant', content })

  it('is left out where it says nothing', () => {
    const empty: ModelMessage = { role: 'assistant', content: [{ type: 'text', text: '' }] }
    expect(dropUnansweredCalls([user('a'), said(''), empty, user('b')])).toEqual([
      user('a'),
      user('b'),
    ])
  })

  it('stays where it says something, as does an empty message of the user', () => {
    const messages = [user(''), said(' '), user('b')]
    expect(dropUnansweredCalls(messages)).toEqual(messages)
  })
})
