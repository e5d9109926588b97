import { describe, expect, it } from 'vitest'
import { headersOf, problemsOf, verdictOf } from './header-rows.js'

const row = (name: string, value: string, key = 0) => ({ key, name, value })

describe('problemsOf', () => {
  it.each([
    ['Authorization', 'Bearer a.b.c'],
    ['X-Tenant', 'Grün'],
    ['', ''],
  ])('has nothing against %j: %j', (name, value) => {
    expect(problemsOf(row(name, value), [row(name, value)])).toStrictEqual({})
  })

  it.each([
    ['', 'x', 'name'],
    ['no name', 'x', 'name'],
    ['Cookie', 'x', 'name'],
    ['Sec-Fetch-Mode', 'x', 'name'],
    ['X', '', 'value'],
    ['X', 'a\nb', 'value'],
    ['X', '☃', 'value'],
    ['authorization', 'Bearer ', 'value'],
  ])('marks %j: %j', (name, value, field) => {
    expect(Object.keys(problemsOf(row(name, value), []))).toStrictEqual([field])
  })

  it('marks a header that is there twice, in any case', () => {
    const rows = [row('X-A', '1'), row('x-a', '2', 1)]
    expect(problemsOf(row('X-A', '1'), rows).name).toBe('This header is listed twice.')
  })
})

describe('verdictOf', () => {
  it('judges an Authorization, and nothing else', () => {
    expect(verdictOf(row(' authorization ', 'x'), 0)?.level).toBe('bad')
    expect(verdictOf(row('Authorization', ' '), 0)).toBeUndefined()
    expect(verdictOf(row('X-Tenant', 'x'), 0)).toBeUndefined()
  })
})

describe('headersOf', () => {
  it('leaves out rows in which nothing was written, and trims the others', () => {
    expect(headersOf([row(' X ', ' 1 '), row(' ', '')])).toStrictEqual([{ name: 'X', value: '1' }])
  })
})
