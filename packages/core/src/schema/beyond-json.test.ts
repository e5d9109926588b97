import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { playChat, says } from '@signet/test-support/http/chat-server'
import { Agent } from '../agent/agent.js'
import { InputError } from '../error.js'
import { createTool } from '../tool/create-tool.js'
import { readSchema } from './read-schema.js'
import { isRead, type ReadSchema } from './readable-schema.js'

function readable(schema: unknown): ReadSchema {
  const read = readSchema(schema)
  return isRead(read) ? read : expect.unreachable(read.remedy)
}

const KINDS: readonly (readonly [string, object])[] = [
  ['bigint', z.bigint()],
  ['map', z.map(z.string(), z.number())],
  ['set', z.set(z.string())],
  ['symbol', z.symbol()],
  ['nan', z.nan()],
  ['file', z.file()],
  ['bigint', z3.bigint()],
  ['map', z3.map(z3.string(), z3.number())],
  ['set', z3.set(z3.string())],
  ['symbol', z3.symbol()],
  ['function', z3.function()],
]

describe('what JSON has no word for', () => {
  it.each(KINDS)('is refused with what to write: %s', (kind, schema) => {
    expect(readable(schema).fault).toMatch(new RegExp(`^It is a ${kind}\\. .* Write `, 'u'))
  })

  it.each([
    ['a.b', z.object({ a: z.object({ b: z.bigint() }) })],
    ['a', z.object({ a: z.bigint().optional() })],
    ['a.[]', z.object({ a: z.array(z.set(z.int())) })],
    ['a', z3.object({ a: z3.map(z3.string(), z3.string()).nullable() })],
  ])('is named where it stands: %s', (path, schema) => {
    expect(readable(schema).fault).toContain(`Its member ${JSON.stringify(path)} is a `)
  })

  it.each<readonly [string, object, object]>([
    ['one of several forms', z.object({ a: z.union([z.bigint(), z.string()]) }), { a: 'x' }],
    [
      'behind a function',
      z.object({ a: z.preprocess((v) => new Set([v]), z.set(z.any())) }),
      { a: 1 },
    ],
    ['made of a number', z.object({ a: z.coerce.bigint() }), { a: 1 }],
    ['left out', z.object({ a: z.undefined().optional(), b: z.string() }), { b: 'x' }],
    ['left out, in zod 3', z3.object({ a: z3.undefined(), b: z3.string() }), { b: 'x' }],
    [
      'behind a function, in zod 3',
      z3.object({ a: z3.preprocess((v) => new Set([v]), z3.set(z3.any())) }),
      { a: 1 },
    ],
  ])('is taken where JSON can mean it: %s', async (_, schema, value) => {
    const read = readable(schema)

    expect(read.fault).toBeUndefined()
    expect(await read.parse(value, 'json')).toHaveProperty('value')
    expect(JSON.stringify(read.input)).not.toContain('~')
  })

  it('is refused in the input of a tool, by name, and is what a tool may return', () => {
    const schema = z.object({ count: z.bigint() })
    const make = (schemas: { inputSchema?: object; outputSchema?: object }) =>
      createTool({ id: 't', description: '', ...schemas, execute: () => ({ count: 1n }) }).refusals

    expect(() => make({ inputSchema: schema }).throwIfAny()).toThrow(
      /Tool "t".*"count" is a bigint/su,
    )
    expect(() => make({ outputSchema: schema }).throwIfAny()).not.toThrow()
  })

  it('is refused in an object before the model is asked for it', async () => {
    const server = await playChat(says('{}'))
    const model = { url: server.url, id: 'm' }
    const agent = new Agent({ id: 'a', name: 'A', instructions: '', model })
    const schema = z.object({ tags: z.set(z.string()) })
    const asked = agent.generate('Which?', { structuredOutput: { schema } })

    await expect(asked).rejects.toThrow(InputError)
    await server.close()
    expect(server.seen).toEqual([])
  })
})
