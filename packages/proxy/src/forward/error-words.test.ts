import { describe, expect, it } from 'vitest'
import { withoutTelling } from './error-words.js'

const FAULT = 'Cannot read process.env.STUB_KEY in /srv/app/src/x.ts'
const BLANK = 'The answer failed.'
const seen = (value: unknown, isPromptSeen = true) =>
  withoutTelling(structuredClone(value), { isPromptSeen })?.value

describe('an answer without what its errors tell', () => {
  it.each([
    [{ error: FAULT }, { error: BLANK }],
    [{ error: 'Missing OPENAI_API_KEY' }, { error: BLANK }],
    [{ error: { message: FAULT, name: 'Error' } }, { error: { message: BLANK, name: 'Error' } }],
    [
      { steps: { a: { status: 'failed', error: { message: 'm', cause: { message: FAULT } } } } },
      { steps: { a: { status: 'failed', error: { message: 'm', cause: { message: BLANK } } } } },
    ],
    [{ list: [{ errorText: FAULT }] }, { list: [{ errorText: BLANK }] }],
    [{ details: { errorMessage: FAULT } }, { details: { errorMessage: BLANK } }],
    [
      { output: { type: 'error-text', value: FAULT } },
      { output: { type: 'error-text', value: BLANK } },
    ],
    [
      { output: { type: 'error-json', value: { message: FAULT } } },
      { output: { type: 'error-json', value: { message: BLANK } } },
    ],
    [
      { output: JSON.stringify({ error: FAULT, a: 1 }) },
      { output: JSON.stringify({ error: BLANK, a: 1 }) },
    ],
    [
      { text: JSON.stringify({ status: 'failed', error: { message: FAULT } }) },
      { text: JSON.stringify({ status: 'failed', error: { message: BLANK } }) },
    ],
    [
      {
        result: { isError: true, content: [{ type: 'text', text: FAULT }, 'x', { text: 'Gone.' }] },
      },
      {
        result: { isError: true, content: [{ type: 'text', text: BLANK }, 'x', { text: 'Gone.' }] },
      },
    ],
    [
      { result: { name: 'TypeError', message: FAULT, stack: 'x' } },
      { result: { name: 'Error', message: BLANK } },
    ],
    [
      { type: 'error', error: 'x' },
      { type: 'error', error: BLANK },
    ],
    [
      { type: 'error', payload: { error: { message: 'x' }, a: 1 } },
      { type: 'error', payload: { error: { name: 'Error', message: BLANK }, a: 1 } },
    ],
  ])('%j becomes %j', (value, expected) => {
    expect(seen(value)).toStrictEqual(expected)
  })

  it.each([
    { error: 'The city is not known.' },
    { error: 'NOT_FOUND' },
    { error: 'One line.\nAnother line.' },
    { error: true, message: FAULT },
    { error: { message: 'Out of stock.', code: 'OUT_OF_STOCK' } },
    { error: null },
    { text: FAULT },
    { result: { isError: false, content: [{ type: 'text', text: FAULT }] } },
    { result: { isError: true, content: FAULT } },
    { output: { type: 'text', value: FAULT } },
    { output: '{"error' },
    { request: { body: 'prompt' } },
    'text',
    null,
    7,
  ])('%j stays', (value) => {
    expect(seen(value)).toBeUndefined()
  })

  it('has not what a model was asked, for whoever may not see prompts', () => {
    const answer = {
      request: { body: 'prompt' },
      steps: [{ request: { body: 'prompt' }, text: 'a' }],
      scoringData: {
        input: { systemMessages: ['prompt'], taggedSystemMessages: { a: ['prompt'] } },
      },
    }
    expect(seen(answer)).toBeUndefined()
    expect(seen(answer, false)).toStrictEqual({
      request: {},
      steps: [{ request: {}, text: 'a' }],
      scoringData: { input: { systemMessages: [], taggedSystemMessages: {} } },
    })
    expect(seen({ request: 'x', systemMessages: 'y' }, false)).toBeUndefined()
  })

  it('stays where a member is called __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"error":"/srv/app/x"},"a":1}')
    expect(withoutTelling(value, { isPromptSeen: true })?.value).toStrictEqual(
      JSON.parse(`{"__proto__":{"error":"${BLANK}"},"a":1}`),
    )
  })
})
