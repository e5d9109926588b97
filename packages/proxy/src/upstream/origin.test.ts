import { describe, expect, it } from 'vitest'
import { readUpstream } from './origin.js'

const refused = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })

describe('the origin of the upstream', () => {
  it.each([
    ['http://127.0.0.1:4112', 'http://127.0.0.1:4112', 4112],
    ['http://localhost:4112/', 'http://localhost:4112', 4112],
    ['http://[::1]:4112', 'http://[::1]:4112', 4112],
    ['http://127.0.0.1', 'http://127.0.0.1', 80],
    ['https://localhost', 'https://localhost', 443],
  ])('may be %s', (text, origin, port) => {
    expect(readUpstream(text, false)).toMatchObject({ origin, port, isLoopback: true })
  })

  it.each([
    undefined,
    null,
    4112,
    '',
    ' ',
    '127.0.0.1:4112',
    'localhost:4112',
    'ftp://127.0.0.1',
    'http://user@127.0.0.1:4112',
    'http://:secret@127.0.0.1:4112',
    'http://127.0.0.1:4112/api',
    'http://127.0.0.1:4112/?a=1',
    'http://127.0.0.1:4112/#a',
    'http://127.0.0.1:99999',
  ])('is refused as %j, with a remedy', (text) => {
    expect(() => readUpstream(text, true)).toThrow(refused)
    expect(() => readUpstream(text, true)).toThrow('http://127.0.0.1:4112')
  })

  it.each(['http://0.0.0.0:4112', 'http://10.0.0.7:4112', 'http://localhost.example:4112'])(
    'is another host only where that is written: %s',
    (text) => {
      expect(() => readUpstream(text, false)).toThrow(refused)
      expect(() => readUpstream(text, false)).toThrow('--upstream-anywhere')
      expect(readUpstream(text, true)).toMatchObject({ isLoopback: false })
    },
  )
})
