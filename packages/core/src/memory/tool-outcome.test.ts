import { expect, it } from 'vitest'
import { MAX_ERROR_CHARACTERS, readFailure } from './tool-outcome.js'

const call = { type: 'tool-result', toolCallId: 'c', toolName: 'look' } as const

it.each([
  ['a text', { type: 'error-text', value: 'It is dark.' }, 'It is dark.'],
  ['JSON', { type: 'error-json', value: { dark: true } }, '{"dark":true}'],
  ['JSON that is a text', { type: 'error-json', value: 'dark' }, 'dark'],
] as const)('a failure that is %s is stored as its text', (_, output, errorText) => {
  expect(readFailure({ ...call, output })).toStrictEqual({ state: 'output-error', errorText })
})

it('a long text is cut, and not within a character', () => {
  const most = 'x'.repeat(MAX_ERROR_CHARACTERS)
  const textOf = (value: string) => readFailure({ ...call, output: { type: 'error-text', value } })
  expect(textOf(most)).toMatchObject({ errorText: most })
  expect(textOf(`${most}x`)).toMatchObject({ errorText: most })
  expect(textOf(`${most.slice(1)}🌑`)).toMatchObject({ errorText: most.slice(1) })
})

it.each([
  ['text', { type: 'text', value: 'error' }],
  ['JSON', { type: 'json', value: { error: 'dark' } }],
] as const)('a result that is %s is not a failure', (_, output) => {
  expect(readFailure({ ...call, output })).toBeUndefined()
})
