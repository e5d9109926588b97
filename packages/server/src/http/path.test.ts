import { describe, expect, it } from 'vitest'
import { isUndecodable, loosePath, normalPath } from './path.js'

describe('normalPath', () => {
  it.each([
    ['/%73alaries', '/salaries'],
    ['/%7Ea%2D%2e%5F', '/~a-._'],
    ['/%24%26%2B%2C%3a%3B%3d%40', '/$&+,:;=@'],
    ['/%C3%A9%e2%82%ac', '/é€'],
    ['/a%20b', '/a b'],
    ['/%2573', '/%2573'],
    ['/a%2fb%2Fc', '/a%2Fb%2Fc'],
    ['/%5c%3f%23%0a%00%7f', '/%5C%3F%23%0A%00%7F'],
    ['/%ff%73', '/%FFs'],
    ['/%zz%', '/%zz%'],
  ])('reads %s as %s (RFC 3986 section 6.2.2)', (path, normal) => {
    expect(normalPath(path)).toBe(normal)
    expect(normalPath(normal)).toBe(normal)
  })
})

describe('isUndecodable', () => {
  it.each(['/%FF', '/%zz', '/%', '/a%2Fb%C3', '/a%00'])('says so of %s', (path) => {
    expect(isUndecodable(path)).toBe(true)
  })

  it.each(['/', '/é', '/a%2Fb', '/%25', '/%0A'])('does not say so of %s', (path) => {
    expect(isUndecodable(path)).toBe(false)
  })
})

describe('loosePath', () => {
  it.each([
    ['/', '/'],
    ['/a/b.c', '/a/b.c'],
    ['//a///b/', '/a/b'],
    ['/a%2Fb%5Cc', '/a/b/c'],
    ['/a/..%2Fb', '/b'],
    ['/a%2F..%2F..%2Fb', '/b'],
    ['/a/%2Fb/.%2F', '/a/b'],
    ['/a%252Fb', '/a%252Fb'],
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
  ])('reads %s as %s', (path, loose) => {
    expect(loosePath(path)).toBe(loose)
  })
})
