import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { zodIssues } from './issue.js'

function issuesOf(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value)
  return error === undefined ? [] : zodIssues(error, ['body'])
}

describe('the issues of what does not pass', () => {
  it('name the field, below what they are of', () => {
    const schema = z.object({ list: z.array(z.number()) })
    expect(issuesOf(schema, { list: [1, 'x'] })).toMatchObject([{ field: 'body.list.1' }])
    expect(issuesOf(schema, { list: [1] })).toStrictEqual([])
  })

  it('name what is not asked for', () => {
    const message = (value: object) => issuesOf(z.strictObject({}), value)[0]?.message
    expect(message({ one: 1 })).toBe('Unrecognized key: "one"')
    expect(message({ one: 1, 'tw"o': 2 })).toBe('Unrecognized keys: "one", "tw\\"o"')
  })

  it('show no name that is as long as a token', () => {
    const token = `sgn_${'x'.repeat(49)}`
    const schema = z.strictObject({ names: z.record(z.string(), z.number()).optional() })
    const issues = [
      ...issuesOf(schema, { [token]: 1 }),
      ...issuesOf(schema, { names: { [token]: 'x' } }),
    ]
    expect(issues).toMatchObject([
      { message: 'Unrecognized key: "sgn_xxxx…"' },
      { field: 'body.names.sgn_xxxx…' },
    ])
  })
})
