import { describe, expect, it } from 'vitest'
import { baseUrlProblem, isForeign, normalize, prefixProblem } from './connection.js'

const ORIGIN = 'http://localhost:4111'

describe('a base URL', () => {
  it.each(['', ' ', 'https://api.example', 'http://localhost:1/path/'])('can be %j', (text) => {
    expect(baseUrlProblem(text)).toBeUndefined()
  })

  it.each([
    'api.example',
    '/api',
    'javascript:alert(1)',
    'https://a:b@c',
    'https://a?b',
    'https://a#b',
  ])('cannot be %j', (text) => {
    expect(baseUrlProblem(text)).toBeTypeOf('string')
  })

  it('is empty for the server of the page', () => {
    const connection = { baseUrl: `${ORIGIN}/`, prefix: ' /api ' }
    expect(normalize(connection, ORIGIN)).toStrictEqual({ baseUrl: '', prefix: '/api' })
    expect(isForeign(ORIGIN, ORIGIN)).toBe(false)
    expect(isForeign('', ORIGIN)).toBe(false)
    expect(isForeign('http://localhost:4112', ORIGIN)).toBe(true)
  })
})

describe('a prefix', () => {
  it.each(['', '/api', '/a/b-c'])('can be %j', (text) => {
    expect(prefixProblem(text)).toBeUndefined()
  })

  it.each(['api', '/api/', '//a', '/a?b', '/a b'])('cannot be %j', (text) => {
    expect(prefixProblem(text)).toBeTypeOf('string')
  })
})
