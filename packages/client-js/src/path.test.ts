import { describe, expect, it } from 'vitest'
import { joinPath } from './path.js'

describe('joinPath', () => {
  it('encodes each name, so that none of them is more than one', () => {
    expect(joinPath(['memory', 'threads', 'user:1/chat ü?#%'])).toBe(
      '/memory/threads/user%3A1%2Fchat%20%C3%BC%3F%23%25',
    )
    expect(joinPath(['agents', '%2e%2e'])).toBe('/agents/%252e%252e')
    expect(joinPath(['agents', '...'])).toBe('/agents/...')
  })

  it.each(['', '.', '..'])('refuses %j, which would be another URL', (name) => {
    expect(() => joinPath(['agents', name, 'generate'])).toThrow(
      expect.objectContaining({ code: 'request_invalid', status: 0 }),
    )
  })

  it('leaves out what is undefined, and writes objects as JSON', () => {
    const query = {
      page: 0,
      flag: true,
      text: 'a b&c',
      none: undefined,
      filter: { roles: ['user'] },
    }
    const [path, search] = joinPath(['x'], query).split('?')
    expect(path).toBe('/x')
    expect([...new URLSearchParams(search)]).toStrictEqual([
      ['page', '0'],
      ['flag', 'true'],
      ['text', 'a b&c'],
      ['filter', '{"roles":["user"]}'],
    ])
    expect(joinPath(['x'], { none: undefined })).toBe('/x')
  })
})
