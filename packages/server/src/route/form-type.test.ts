import { describe, expect, it } from 'vitest'
import { readFormType } from './form-type.js'

const INVALID = expect.objectContaining({ name: 'RequestError', code: 'request_invalid' })

describe('readFormType', () => {
  it.each([
    ['multipart/form-data; boundary=edge', 'multipart/form-data; boundary=edge', 'edge'],
    ['multipart/form-data;boundary="edge"', 'multipart/form-data; boundary=edge', 'edge'],
    ['Multipart/Form-Data ;\tBoundary=edge ;', 'multipart/form-data; boundary=edge', 'edge'],
    [
      'multipart/form-data; charset="a;b"; boundary=edge',
      'multipart/form-data; boundary=edge',
      'edge',
    ],
    [
      'multipart/form-data; boundary="--=_1:2"',
      'multipart/form-data; boundary="--=_1:2"',
      '--=_1:2',
    ],
    ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', undefined],
    [
      'Application/X-WWW-Form-URLEncoded; charset=UTF-8',
      'application/x-www-form-urlencoded',
      undefined,
    ],
  ])('reads %s', (sent, contentType, boundary) => {
    expect(readFormType(sent)).toStrictEqual({ contentType, boundary })
  })

  it.each([
    undefined,
    '',
    'text/plain',
    'application/json; x=form-data',
    'multipart/mixed; boundary=a',
  ])('takes for no form what nobody takes for one: %s', (sent) => {
    expect(readFormType(sent)).toBeUndefined()
  })

  it.each([
    ['no boundary', 'multipart/form-data'],
    ['an empty boundary', 'multipart/form-data; boundary='],
    ['an empty boundary in quotes', 'multipart/form-data; boundary=""'],
    ['two boundaries', 'multipart/form-data; boundary=a; boundary=b'],
    ['a boundary in the value of another parameter', 'multipart/form-data; x="; boundary=zzz'],
    ['a pair of a backslash', 'multipart/form-data; boundary="abc\\mdef"'],
    ['a backslash in another parameter', 'multipart/form-data; x="\\""; boundary=a'],
    ['a boundary that is not a token', 'multipart/form-data; boundary=a=b'],
    ['a boundary with a space', 'multipart/form-data; boundary="a b"'],
    ['a boundary with an octet beyond ASCII', 'multipart/form-data; boundary="\u00E9"'],
    ['a boundary of more than 70 characters', `multipart/form-data; boundary=${'a'.repeat(71)}`],
    ['what stands behind quotes', 'multipart/form-data; boundary="a"b'],
    ['quotes that do not end', 'multipart/form-data; boundary="a'],
    ['a type behind a comma', 'text/plain, multipart/form-data; boundary=a'],
    ['a type before a comma', 'multipart/form-data; boundary=a, text/plain'],
    ['a type twice', 'multipart/form-data; boundary=a, multipart/form-data; boundary=b'],
    ['a type in a parameter', 'text/plain; x="multipart/form-data; boundary=a"'],
    ['a space that is not of HTTP', '\u00A0multipart/form-data; boundary=a'],
    ['a form encoded as in a URL behind a comma', 'text/plain, application/x-www-form-urlencoded'],
    ['a longer type', 'application/x-www-form-urlencoded2'],
  ])('refuses %s', (_, sent) => {
    expect(() => readFormType(sent)).toThrow(INVALID)
  })

  it('reads a boundary beside the word in the value of another parameter', () => {
    const sent = 'multipart/form-data; x="; boundary=zzz"; boundary=real'
    expect(readFormType(sent)?.boundary).toBe('real')
  })
})
