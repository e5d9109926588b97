import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { playChat, says, type ChatServer } from '@signet/test-support/http/chat-server'
import { AnswerError, InputError } from '../error.js'
import { Agent } from './agent.js'

let server: ChatServer | undefined

afterEach(() => server?.close())

/** Asks a server that says a text for an object of a schema. */
async function ask(schema: object, text: string) {
  server = await playChat(says(text))
  const model = { url: server.url, id: 'm' }
  const agent = new Agent({ id: 'a', name: 'A', instructions: '', model })
  const { object } = await agent.generate('Who?', { structuredOutput: { schema } })
  return { object, asked: server.seen[0]?.response_format?.json_schema }
}

describe('an object that a server is asked for', () => {
  it('is asked for by the strict rules, and null counts as left out', async () => {
    const schema = z.object({
      name: z.string(),
      age: z.number().default(0),
      phone: z.string().optional(),
    })
    const { object, asked } = await ask(schema, '{"name":"Ann","age":null,"phone":null}')

    expect(object).toEqual({ name: 'Ann', age: 0 })
    expect(asked).toMatchObject({
      strict: true,
      schema: { required: ['name', 'age', 'phone'], additionalProperties: false },
    })
  })

  it('is not claimed to be strict where the rules cannot be kept', async () => {
    const { object, asked } = await ask(
      z.object({ by: z.record(z.string(), z.number()) }),
      '{"by":{"a":1}}',
    )

    expect(object).toEqual({ by: { a: 1 } })
    expect(asked).toMatchObject({
      strict: false,
      schema: { properties: { by: { additionalProperties: { type: 'number' } } } },
    })
  })
})

describe('a value that is no object', () => {
  const union = z.union([
    z.object({ k: z.literal('a'), value: z.string().optional() }),
    z.object({ value: z.number() }),
  ])

  it.each<readonly [string, z.ZodType, unknown]>([
    ['a list', z.array(z.string()), ['x']],
    ['a choice', z.enum(['a', 'b']), 'b'],
    ['one of several forms', union, { k: 'a' }],
    ['one of several forms that looks like the object around it', union, { value: 4 }],
  ])('is asked for in an object, by the strict rules: %s', async (_, schema, value) => {
    const { object, asked } = await ask(schema, JSON.stringify({ value }))

    expect(object).toEqual(value)
    expect(asked).toMatchObject({ strict: true, schema: { type: 'object', required: ['value'] } })
  })

  it('is taken without the object around it', async () => {
    expect((await ask(z.array(z.string()), '["x"]')).object).toEqual(['x'])
    server?.close()
    expect((await ask(union, '{"value":4}')).object).toEqual({ value: 4 })
  })

  it('fails the answer where it does not fit', async () => {
    await expect(ask(z.array(z.string()), '{"value":[1]}')).rejects.toThrow(AnswerError)
  })
})

describe('an object of a JSON Schema', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', pattern: '^[A-Z]' }, days: { type: 'integer' } },
    required: ['city'],
  }

  it('is taken where it fits, with null for what may be left out', async () => {
    expect((await ask(schema, '{"city":"Oslo","days":null}')).object).toEqual({ city: 'Oslo' })
  })

  it.each([
    '{"city":1}',
    '{"days":1}',
    '{"city":"oslo"}',
    '{"city":"Oslo","days":1.5}',
    '[]',
    'null',
  ])('fails the answer where it is %s', async (text) => {
    await expect(ask(schema, text)).rejects.toThrow(AnswerError)
  })

  it.each(['```json\n{"city":"Oslo"}\n```', 'Sure! {"city":"Oslo"} Is that all?'])(
    'is taken from a fence, and from between sentences: %j',
    async (text) => {
      expect((await ask(schema, text)).object).toEqual({ city: 'Oslo' })
    },
  )

  it('fails the answer where there are two', async () => {
    await expect(ask(schema, '{"city":"Oslo"} {"city":"Rome"}')).rejects.toThrow(AnswerError)
  })

  it('may have members that are called as keywords are', async () => {
    const properties = { type: { type: 'string' }, pattern: { type: 'string' } }
    const named = { type: 'object', properties, dependencies: { type: ['pattern'] } }
    const object = { type: 'x', pattern: '(' }

    expect((await ask(named, JSON.stringify(object))).object).toEqual(object)
  })

  it('is refused with the nearest type', async () => {
    await expect(ask({ type: 'objekt' }, '{}')).rejects.toMatchObject({
      issues: [{ field: 'structuredOutput.schema', message: expect.stringContaining('object?') }],
    })
  })

  it('fails the answer where its pattern would take for ever', async () => {
    const hostile = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }

    await expect(ask(hostile, `{"a":"${'a'.repeat(60)}!"}`)).rejects.toThrow(AnswerError)
  })

  it.each<object>([
    { type: 'object', properties: { a: { pattern: '(' } } },
    { type: 'objekt' },
    { type: 'object', properties: { a: { type: ['string', 'nul'] } } },
    { $ref: 'https://schemas.example/a.json' },
    [],
  ])('is refused before the model is asked where nothing can be checked by it: %j', async (bad) => {
    await expect(ask(bad, '{}')).rejects.toThrow(InputError)
    expect(server?.seen).toEqual([])
  })
})
