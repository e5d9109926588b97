import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { InputError, RegistrationError } from '../error.js'
import { RequestContext } from '../request-context.js'
import { createTool, type ToolContext } from './create-tool.js'

const context: ToolContext = { requestContext: new RequestContext() }

/** What a promise rejects with; fails the test when it does not reject. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('It did not reject.'),
    (error: unknown) => error,
  )
}

async function inputError(promise: Promise<unknown>): Promise<InputError> {
  const error = await rejection(promise)
  if (!InputError.isInstance(error)) throw error
  return error
}

const weather = createTool({
  id: 'get-weather',
  description: 'Tells the weather',
  inputSchema: z.object({
    place: z.object({ city: z.string().trim().min(1) }),
    days: z.array(z.object({ count: z.int().positive() })).default([]),
  }),
  outputSchema: z.object({ text: z.string() }),
  execute: async ({ place, days }) => ({ text: `${place.city}, ${days.length} days` }),
})

describe('the id of a tool', () => {
  it.each(['get-weather', 'a', 'A_b.c-9', 'a'.repeat(128)])('may be %j', (id) => {
    expect(createTool({ id, description: '', execute: () => 1 }).id).toBe(id)
  })

  it.each(['', ' ', 'get weather', 'a/b', 'a:b', '*', 'wétter', 'a\n', 'a'.repeat(129)])(
    'may not be %j',
    (id) => {
      const create = () => createTool({ id, description: '', execute: () => 1 })
      expect(create).toThrow(RegistrationError)
      expect(create).toThrow(expect.objectContaining({ code: 'id_illegal' }))
    },
  )
})

describe('the input of a tool', () => {
  it('reaches the work as the schema makes it', async () => {
    const input = { place: { city: '  Oslo ' }, surplus: true }

    expect(await weather.execute(input, context)).toEqual({ text: 'Oslo, 0 days' })
  })

  it.each([
    ['a missing object', {}, ['place']],
    ['a missing text', { place: {} }, ['place.city']],
    ['an empty text', { place: { city: ' ' } }, ['place.city']],
    [
      'a wrong number in a list',
      { place: { city: 'Oslo' }, days: [{ count: 1 }, { count: 0 }] },
      ['days.1.count'],
    ],
    ['two faults', { place: { city: 1 }, days: [{}] }, ['place.city', 'days.0.count']],
    ['no object', 'Oslo', ['root']],
    ['null', null, ['root']],
    ['nothing', undefined, ['root']],
  ])('is refused for %s, with the fields named', async (_, input, fields) => {
    const error = await inputError(weather.execute(input, context))

    expect(error.code).toBe('request_invalid')
    expect(error.issues.map(({ field }) => field)).toEqual(fields)
    expect(error.issues.every(({ message }) => message !== '')).toBe(true)
  })

  it('does not start the work when it is refused', async () => {
    const execute = vi.fn<() => number>(() => 1)
    const inputSchema = z.object({ city: z.string() })
    const tool = createTool({ id: 't', description: '', inputSchema, execute })

    await inputError(tool.execute({ city: 1 }, context))

    expect(execute).not.toHaveBeenCalled()
  })

  it('may be refined at leisure', async () => {
    const tool = createTool({
      id: 't',
      description: '',
      inputSchema: z.object({ city: z.string().refine(async (city) => city !== 'Atlantis') }),
      execute: ({ city }) => city,
    })

    expect(await tool.execute({ city: 'Oslo' }, context)).toBe('Oslo')
    const error = await inputError(tool.execute({ city: 'Atlantis' }, context))
    expect(error.issues.map(({ field }) => field)).toEqual(['city'])
  })

  it('is transformed', async () => {
    const tool = createTool({
      id: 't',
      description: '',
      inputSchema: z.object({ count: z.string().transform(Number) }),
      execute: ({ count }) => count + 1,
    })

    expect(await tool.execute({ count: '41' }, context)).toBe(42)
  })

  it('is any object where there is no schema', async () => {
    const tool = createTool({ id: 't', description: '', execute: (input) => input })

    expect(await tool.execute({ any: ['thing'] }, context)).toEqual({ any: ['thing'] })
    expect(await tool.execute({}, context)).toEqual({})
  })

  it.each([undefined, null, 'text', 5, ['list']])(
    'is not %j where there is no schema',
    async (input) => {
      const tool = createTool({ id: 't', description: '', execute: () => 1 })
      const error = await inputError(tool.execute(input, context))

      expect(error.issues.map(({ field }) => field)).toEqual(['root'])
    },
  )
})

describe('the output of a tool', () => {
  const outputSchema = z.object({ count: z.number(), note: z.string().default('none') })

  it('is what the schema makes of it', async () => {
    const execute = async () => ({ count: 1 })
    const tool = createTool({ id: 't', description: '', outputSchema, execute })

    expect(await tool.execute({}, context)).toEqual({ count: 1, note: 'none' })
  })

  it('is refused where it does not fit, and that is not the fault of the caller', async () => {
    const loose: z.ZodType<unknown, { count: number }> = outputSchema
    const tool = createTool({
      id: 't',
      description: '',
      outputSchema: loose,
      execute: () => JSON.parse('{"count":"one"}'),
    })

    const error = await rejection(tool.execute({}, context))

    expect(error).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(
        /^The output of the tool t does not fit its outputSchema. count: /,
      ),
    })
    expect(InputError.isInstance(error)).toBe(false)
  })

  it('is not quoted where it does not fit, and little is told of much', async () => {
    const word = 'a word that nobody may see in a log, for it is long enough for a key'
    const output = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [word + index, 1]))
    const [strict, texts] = [z.strictObject({}), z.record(z.string(), z.string())]
    for (const outputSchema of [strict, texts]) {
      const loose: z.ZodType<unknown, object> = outputSchema
      const execute = () => output
      const tool = createTool({ id: 't', description: '', outputSchema: loose, execute })
      const error = await rejection(tool.execute({}, context))
      expect(String(error)).not.toContain('nobody')
      expect(String(error).length).toBeLessThan(10_000)
    }
  })

  it('is anything where there is no schema', async () => {
    const tool = createTool({ id: 't', description: '', execute: () => undefined })

    expect(await tool.execute({}, context)).toBeUndefined()
  })
})

describe('a tool at work', () => {
  it('gets its context as it is', async () => {
    const execute = vi.fn<(input: unknown, context: ToolContext) => number>(() => 1)
    const tool = createTool({ id: 't', description: '', execute })
    const { signal } = new AbortController()
    const suspend = async () => undefined
    const agent = { agentId: 'a', toolCallId: 'c', suspend }
    const given = { ...context, abortSignal: signal, agent }

    await tool.execute({}, given)

    expect(execute.mock.calls[0]?.[1]).toBe(given)
  })

  it('throws its own errors unchanged', async () => {
    const cause = new Error('no connection')
    const tool = createTool({
      id: 't',
      description: '',
      execute: () => {
        throw cause
      },
    })

    expect(await rejection(tool.execute({}, context))).toBe(cause)
  })
})

describe('the JSON schemas of a tool', () => {
  it('describe what goes in and what comes out, in draft 7', () => {
    expect(weather.inputJsonSchema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        place: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
      required: ['place'],
    })
    expect(weather.outputJsonSchema).toMatchObject({
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
    })
  })

  it('show a transformed value as it goes in', () => {
    const inputSchema = z.object({ count: z.string().transform(Number) })
    const tool = createTool({ id: 't', description: '', inputSchema, execute: () => 1 })

    expect(tool.inputJsonSchema).toMatchObject({ properties: { count: { type: 'string' } } })
  })

  it('say a date as a text of ISO 8601', () => {
    const inputSchema = z.object({ day: z.date() })
    const tool = createTool({ id: 't', description: '', inputSchema, execute: () => 1 })

    expect(tool.inputJsonSchema).toMatchObject({
      properties: { day: { type: 'string', format: 'date-time' } },
      required: ['day'],
    })
  })

  it('are those of any object, and of nothing, where there are no schemas', () => {
    const tool = createTool({ id: 't', description: '', execute: () => 1 })

    expect(tool.inputJsonSchema).toMatchObject({ type: 'object' })
    expect(tool.outputSchema).toBeUndefined()
    expect(tool.outputJsonSchema).toBeUndefined()
  })
})

it('a tool is frozen', () => {
  expect(Object.isFrozen(weather)).toBe(true)
})
