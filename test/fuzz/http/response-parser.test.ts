import { describe, expect, it } from 'vitest'
import { FramingError, parseAnswers } from './response-parser.js'

const never = () => false

function parse(...lines: readonly string[]) {
  return parseAnswers(lines.join('\r\n'), never)
}

describe('answers as bytes (RFC 9112)', () => {
  it('are read one behind the other, by length and by chunks, without interim ones', () => {
    const answers = parse(
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 200 OK',
      'Content-Length: 3',
      '',
      'abcHTTP/1.1 401 Unauthorized',
      'transfer-encoding: chunked',
      '',
      '2',
      'de',
      '0',
      '',
      'HTTP/1.1 204 No Content',
      '',
      'HTTP/1.1 400 Bad Request',
      'Connection: close',
      '',
      'rest',
    )
    expect(answers.map(({ status, body }) => [status, body])).toStrictEqual([
      [200, 'abc'],
      [401, 'de'],
      [204, ''],
      [400, 'rest'],
    ])
  })

  it('have no body where they answer HEAD', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'
    expect(parseAnswers(text + text, () => true)).toHaveLength(2)
    expect(() => parseAnswers(text, never)).toThrow(FramingError)
  })

  it.each([
    ['a status line of another protocol', ['HTTP/2 200 OK', '', '']],
    ['a header without a colon', ['HTTP/1.1 204 OK', 'a', '', '']],
    ['a header that is folded', ['HTTP/1.1 204 OK', 'a: b', ' c', '', '']],
    ['a head that does not end', ['HTTP/1.1 204 OK', 'a: b']],
    ['two lengths', ['HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'a']],
    [
      'a length and a coding',
      ['HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', '0', '', ''],
    ],
    ['a length that is no number', ['HTTP/1.1 200 OK', 'content-length: 1a', '', 'a']],
    ['a body that is cut', ['HTTP/1.1 200 OK', 'content-length: 2', '', 'a']],
    ['a chunk without a size', ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'x', '']],
    [
      'a chunk that is longer than it says',
      ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'ab', '0', '', ''],
    ],
    ['chunks that do not end', ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'a', '']],
    ['neither length nor end', ['HTTP/1.1 200 OK', '', 'a']],
    ['a byte behind the last answer', ['HTTP/1.1 200 OK', 'content-length: 1', '', 'ab']],
  ])('are none with %s', (_, lines) => {
    expect(() => parse(...lines)).toThrow(FramingError)
  })
})
