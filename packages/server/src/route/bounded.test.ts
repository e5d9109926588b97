import type { Bound } from '@signet/core'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { boundedJson, boundedObject, boundedRecord } from './bounded.js'

const most = (limit: number): Bound => ({
  limit,
  unit: 'values',
  of: 'a test',
  checkedIn: 'a test',
  code: 'request_invalid',
})

const messagesOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ message }) => message)

describe('an object of so many names', () => {
  it('is taken with as many, and refused with one more before one of them is looked at', () => {
    const look = vi.fn<() => boolean>(() => true)
    const schema = boundedRecord(z.string(), z.string().refine(look), most(2))
    expect(schema.parse({ a: '1', b: '2' })).toStrictEqual({ a: '1', b: '2' })
    expect(look).toHaveBeenCalledTimes(2)
    expect(messagesOf(schema, { a: '1', b: '2', c: '3' })).toStrictEqual([
      'There are more than 2 names.',
    ])
    expect(look).toHaveBeenCalledTimes(2)
  })

  it('tells its bound in its JSON Schema', () => {
    const schema = boundedRecord(z.string(), z.string(), most(2))
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      type: 'object',
      maxProperties: 2,
    })
  })

  it.each([[[]], ['text'], [null], [7]])('is not %j', (value) => {
    expect(boundedRecord(z.string(), z.string(), most(2)).safeParse(value).success).toBe(false)
  })
})

describe('JSON that nobody looks into', () => {
  const bounds = { values: most(4), depth: most(3), characters: most(10) }
  const schema = boundedObject(bounds)

  it.each<[object, string]>([
    [{ a: 1, b: [2, 3] }, 'values'],
    [{ a: { b: {} } }, 'levels'],
    [{ ab: 'cdef', g: ['hij'] }, 'characters'],
  ])('is taken at its bound: %j (%s)', (value) => {
    expect(schema.parse(value)).toStrictEqual(value)
  })

  it.each<[object, string]>([
    [{ a: 1, b: [2, 3, 4] }, 'It has more than 4 values.'],
    [{ a: { b: { c: {} } } }, 'It has more than 3 levels.'],
    [{ a: [[[]]] }, 'It has more than 3 levels.'],
    [{ ab: 'cdef', g: ['hijk'] }, 'Its texts have more than 10 characters.'],
    [{ abcdefghijk: 1 }, 'Its texts have more than 10 characters.'],
  ])('is refused beyond it: %j', (value, message) => {
    expect(messagesOf(schema, value)).toStrictEqual([message])
  })

  it('is refused before its schema sees it', () => {
    const look = vi.fn<() => boolean>(() => true)
    const watched = boundedJson(z.unknown().refine(look), bounds)
    expect(messagesOf(watched, { a: [1, 2, 3, 4] })).toStrictEqual(['It has more than 4 values.'])
    expect(look).not.toHaveBeenCalled()
  })
})
