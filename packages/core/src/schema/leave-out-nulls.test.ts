import { describe, expect, it } from 'vitest'
import type { Check } from './check.js'
import type { JsonSchema } from './json-schema.js'
import { leaveOutNulls } from './leave-out-nulls.js'
import { createPlainTest } from './pattern-test.js'
import { CheckLimitError, CheckWork } from './work.js'

const many = <Value>(value: Value): Value[] => Array.from({ length: 4000 }, () => value)
const named = (value: unknown) => Object.fromEntries(many(value).map((each, n) => [`m${n}`, each]))

function leaveOut(value: unknown, document: JsonSchema): unknown {
  const check: Check = { document, work: new CheckWork(50_000), test: createPlainTest() }
  return leaveOutNulls(value, check)
}

/** A small schema that has another looked at a hundred times. */
function repeated(schema: JsonSchema): JsonSchema {
  const ten = (name: string) => ({ allOf: Array.from({ length: 10 }, () => ({ $ref: name })) })
  return { ...ten('#/$defs/ten'), $defs: { ten: ten('#/$defs/one'), one: schema } }
}

describe('what it may cost to leave nulls out', () => {
  it.each<readonly [string, JsonSchema, unknown]>([
    ['parts that say nothing', repeated({ allOf: many(true) }), { a: null }],
    ['forms that say nothing', repeated({ anyOf: many(true) }), { a: null }],
    ['a name that is needed again and again', repeated({ required: many('b') }), { a: null }],
    ['many types', repeated({ anyOf: [{ type: many('string') }] }), { a: null }],
    [
      'members that tell forms apart',
      repeated({ oneOf: [{ properties: named({}) }] }),
      { a: null },
    ],
    ['many members', repeated({}), named(null)],
    ['many items', repeated({}), many(null)],
    [
      'a long default of many members',
      {
        properties: Object.fromEntries(many(0).map((_, n) => [`m${n}`, { $ref: '#/$defs/d' }])),
        required: Object.keys(named(0)),
        $defs: { d: { type: 'array', default: many(1) } },
      },
      named(null),
    ],
  ])('is bounded for %s', (_, schema, value) => {
    expect(() => leaveOut(value, schema)).toThrow(CheckLimitError)
  })

  it('is enough for a small schema and a long value', () => {
    const schema = {
      properties: { list: { items: { type: 'number' } }, a: { type: 'string' } },
    }

    expect(leaveOut({ list: many(1), a: null }, schema)).toEqual({ list: many(1) })
  })

  it('gives each member a default of its own', () => {
    const a = { type: 'object', default: { b: [1], a: 2 } }
    const given = leaveOut({ a: null }, { properties: { a }, required: ['a'] })

    expect(given).toEqual({ a: a.default })
    expect(Reflect.get(given as object, 'a')).not.toBe(a.default)
  })
})
