import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BOUNDS } from './bounds.js'
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

  it('are 50 at most, of which the last says how many more there are', () => {
    const { limit } = BOUNDS.issues
    const schema = z.object({ list: z.array(z.number()) })
    const wrong = (length: number) => ({ list: Array.from({ length }, () => 'x') })
    expect(issuesOf(schema, wrong(limit))).toHaveLength(limit)
    expect(issuesOf(schema, wrong(limit)).at(-1)).toMatchObject({ field: 'body.list.49' })
    const told = issuesOf(schema, wrong(limit + 1000))
    expect(told).toHaveLength(limit)
    expect(told.at(-2)).toMatchObject({ field: 'body.list.48' })
    expect(told.at(-1)).toStrictEqual({
      field: 'body',
      message: 'There are 1001 more issues.',
    })
  })

  it('name ten names that nobody asked for, and say how many more there are', () => {
    const names = Array.from({ length: 1010 }, (_, index) => [`n${index}`, 1])
    const [issue] = issuesOf(z.strictObject({}), Object.fromEntries(names))
    expect(issue?.message).toMatch(/^Unrecognized keys: "n0", .*"n9", and 1000 more$/)
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

describe('a name that nobody has', () => {
  const known = ['token', 'session']

  it('is told with the nearest name that is known', () => {
    const parsed = z.strictObject({ token: z.string().optional() }).safeParse({ tokn: 'a' })
    expect(zodIssues(parsed.error ?? expect.unreachable(), [], known)).toEqual([
      { field: 'root', message: 'Unrecognized key: "tokn". Did you mean token?' },
    ])
  })

  it('is told without where none is near, or it is inside of another', () => {
    const schema = z.strictObject({ inner: z.strictObject({}).optional() })
    for (const value of [{ weather: 1 }, { inner: { tokn: 1 } }]) {
      const issues = zodIssues(schema.safeParse(value).error ?? expect.unreachable(), [], known)
      expect(issues[0]?.message).toMatch(/^Unrecognized key: "\w+"$/)
    }
  })
})
