import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { Agent } from '../agent/agent.js'
import { playChat, says } from '@signet/test-support/http/chat-server'
import { RequestContext } from '../request-context.js'
import { createTool } from '../tool/create-tool.js'
import { readSchema } from './read-schema.js'
import { isRead, type ReadSchema } from './readable-schema.js'

const TEXT = '2026-01-02T03:04:05Z'
const DATE = new Date(TEXT)

function readable(schema: unknown): ReadSchema {
  const read = readSchema(schema)
  return isRead(read) ? read : expect.unreachable(read.remedy)
}

/** What a value of JSON becomes; where it does not fit, the fields that are wrong. */
async function outcome(schema: unknown, value: unknown): Promise<unknown> {
  const parsed = await readable(schema).parse(value, 'json')
  return 'value' in parsed ? parsed.value : parsed.issues.map(({ field }) => field)
}

interface Node {
  readonly on: Date
  readonly next?: Node | undefined
}
const node: z.ZodType<Node> = z.lazy(() => z.object({ on: z.date(), next: node.optional() }))

const FORMS: readonly (readonly [string, unknown, unknown, unknown])[] = [
  ['a member', z.object({ d: z.date() }), { d: TEXT }, { d: DATE }],
  ['the whole', z.date(), TEXT, DATE],
  [
    'below others',
    z.object({ a: z.object({ d: z.date() }) }),
    { a: { d: TEXT } },
    { a: { d: DATE } },
  ],
  ['in a list', z.array(z.date()), [TEXT, TEXT], [DATE, DATE]],
  ['in a tuple', z.tuple([z.string(), z.date()]), [TEXT, TEXT], [TEXT, DATE]],
  ['in a record', z.record(z.string(), z.date()), { a: TEXT }, { a: DATE }],
  ['optional', z.object({ d: z.date().optional() }), { d: TEXT }, { d: DATE }],
  ['optional, and null', z.object({ d: z.date().optional() }), { d: null }, {}],
  ['nullable', z.object({ d: z.date().nullable() }), { d: TEXT }, { d: DATE }],
  ['nullable, and null', z.object({ d: z.date().nullable() }), { d: null }, { d: null }],
  ['with a default', z.object({ d: z.date().default(DATE) }), { d: null }, { d: DATE }],
  ['described', z.object({ d: z.date().describe('When') }), { d: TEXT }, { d: DATE }],
  ['one of several forms', z.union([z.number(), z.date()]), TEXT, DATE],
  ['behind the form of a text', z.union([z.string(), z.date()]), TEXT, TEXT],
  [
    'in one of several objects',
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('a'), d: z.string() }),
      z.object({ k: z.literal('b'), d: z.date() }),
    ]),
    { k: 'b', d: TEXT },
    { k: 'b', d: DATE },
  ],
  [
    'in what holds itself',
    node,
    { on: TEXT, next: { on: TEXT } },
    { on: DATE, next: { on: DATE } },
  ],
  [
    'in an intersection',
    z.object({ a: z.int() }).and(z.object({ d: z.date() })),
    { a: 1, d: TEXT },
    { a: 1, d: DATE },
  ],
  ['before a transform', z.date().transform((d) => d.getTime()), TEXT, DATE.getTime()],
  [
    'behind a function',
    z.preprocess((v) => new Date(String(v).trim()), z.date()),
    ` ${TEXT}`,
    DATE,
  ],
  ['of anything', z.object({ d: z.coerce.date() }), { d: TEXT }, { d: DATE }],
  ['of anything, optional, and null', z.object({ d: z.coerce.date().optional() }), { d: null }, {}],
  ['of zod 3', z3.object({ d: z3.date() }), { d: TEXT }, { d: DATE }],
  ['of zod 3, nullable', z3.object({ d: z3.date().nullable() }), { d: TEXT }, { d: DATE }],
  [
    'of zod 3, nullable, and null',
    z3.object({ d: z3.date().nullable() }),
    { d: null },
    { d: null },
  ],
  ['of zod 3, optional, and null', z3.object({ d: z3.coerce.date().optional() }), { d: null }, {}],
]

describe('a date', () => {
  it.each(FORMS)('is made of a text of ISO 8601: %s', async (_, schema, value, made) => {
    expect(await outcome(schema, value)).toEqual(made)
  })

  it.each(['2026-01-02', '2026-01-02T03:04:05', '2026-01-02T03:04:05.678+02:00'])(
    'is made of %s, in UTC where there is no zone',
    async (text) => {
      const isZoned = text.length === 10 || text.includes('+')
      expect(await outcome(z.date(), text)).toEqual(new Date(isZoned ? text : `${text}Z`))
    },
  )

  it.each(['tomorrow', '2026-02-30T00:00:00Z', '2026', '', '1'.repeat(50), 5, null, {}])(
    'is not made of %j',
    async (value) => {
      expect(await outcome(z.object({ d: z.date() }), { d: value })).toEqual(['d'])
      expect(await outcome(z3.object({ d: z3.date() }), { d: value })).toEqual(['d'])
    },
  )

  it('is not made of null where it is made of anything', async () => {
    expect(await outcome(z.object({ d: z.coerce.date() }), { d: null })).toEqual(['d'])
    expect(await outcome(z3.object({ d: z3.coerce.date() }), { d: null })).toEqual(['d'])
  })

  it('is not made of what code gives', async () => {
    const schema = readable(z.object({ d: z.date() }))

    expect(await schema.parse({ d: TEXT })).toHaveProperty('issues')
    expect(await schema.parse({ d: DATE })).toEqual({ value: { d: DATE } })
  })

  it.each([z.object({ d: z.date() }), z3.object({ d: z3.date() })])(
    'is told as a text with a format, and as nothing else',
    (schema) => {
      const { input, output } = readable(schema)

      expect(input['properties']).toEqual({ d: { type: 'string', format: 'date-time' } })
      expect(output()['properties']).toEqual({ d: { type: 'string', format: 'date-time' } })
    },
  )

  it('reaches a tool', async () => {
    const inputSchema = z.object({ d: z.date() })
    const tool = createTool({
      id: 't',
      description: '',
      inputSchema,
      execute: ({ d }) => d.getTime(),
    })
    const context = { requestContext: new RequestContext() }

    expect(await tool.execute({ d: TEXT }, context)).toBe(DATE.getTime())
  })

  it('comes out of the answer of a model', async () => {
    const server = await playChat(says(JSON.stringify({ d: TEXT, o: null })))
    const model = { url: server.url, id: 'm' }
    const agent = new Agent({ id: 'a', name: 'A', instructions: '', model })
    const schema = z.object({ d: z.date(), o: z.date().optional() })
    const { object } = await agent.generate('When?', { structuredOutput: { schema } })
    await server.close()

    expect(object).toEqual({ d: DATE })
    expect(server.seen[0]?.response_format?.json_schema).toMatchObject({ strict: true })
  })
})
