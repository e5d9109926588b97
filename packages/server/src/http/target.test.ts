import { describe, expect, it } from 'vitest'
import { readTarget } from './target.js'

const INVALID = expect.objectContaining({ name: 'RequestError', code: 'request_invalid' })

describe('readTarget', () => {
  it.each([
    ['/', 'localhost'],
    ['/api/agents?partial=true', 'localhost:4111'],
    ['//api//agents', '127.0.0.1:4111'],
    ['/a/../b', 'api.example'],
    ['/a/%2e%2e/b/.', 'a_b.example'],
    ['/a?/../b', 'api.example'],
    ['/a??b=c&d', 'api.example'],
    ["/a'b|c?'", 'API.example:80'],
    ['/a', '[::1]:4111'],
    ['/a', '127.1'],
    ['/a', 'xn--bcher-kva.example'],
  ])('reads %s of %s as a URL does', (target, host) => {
    const { pathname, search, href } = new URL(`http://${host}${target}`)
    const read = readTarget(target, host, 'http')
    expect(read).toMatchObject({ path: pathname, query: search.slice(1) })
    expect(new URL(read.url).href).toBe(href)
  })

  it('takes a whole URL, whose host counts', () => {
    const read = readTarget('http://other.example/a?b', 'localhost', 'http')
    expect(read).toStrictEqual({ path: '/a', query: 'b', url: 'http://other.example/a?b' })
  })

  it.each([
    ['/a', undefined],
    ['/a', ''],
    ['/a', '1.2.3.256'],
    ['/a', '1.2.3.4.5'],
    ['/a', 'example.0x'],
    ['/a', 'xn--a'],
    ['/a', 'localhost:99999'],
    ['/a', 'user@localhost'],
    ['/a', 'one.example, two.example'],
    ['/a#b', 'localhost'],
    ['/a?b#c', 'localhost'],
    ['/a\\b', 'localhost'],
    ['a', 'localhost'],
    ['*', 'localhost'],
    ['ftp://localhost/a', 'localhost'],
    ['http://user@localhost/a', 'localhost'],
  ])('refuses %s of %s', (target, host) => {
    expect(() => readTarget(target, host, 'http')).toThrow(INVALID)
  })
})
