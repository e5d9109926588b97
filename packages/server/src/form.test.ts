import { BOUNDS } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { checkForm } from './form.js'

const FIELDS = BOUNDS.formFields.limit
const HEADERS = BOUNDS.formHeaders.limit
const INVALID = expect.objectContaining({ name: 'RequestError', code: 'request_invalid' })

const URL_ENCODED = 'application/x-www-form-urlencoded;charset=UTF-8'
const MULTIPART = 'multipart/form-data; boundary=edge'

const check = (body: string, type: string) => checkForm(Buffer.from(body), type)

function multipart(parts: number, headers: readonly string[] = []): string {
  const lines = ['Content-Disposition: form-data; name="a"', ...headers].join('\r\n')
  return `--edge\r\n${lines}\r\n\r\nvalue\r\n`.repeat(parts) + '--edge--\r\n'
}

describe('checkForm', () => {
  const full: [string, string, string][] = [
    ['encoded as in a URL', 'a=&'.repeat(FIELDS - 1) + 'a=', URL_ENCODED],
    ['in parts', multipart(FIELDS), MULTIPART],
    [
      'in parts, with the boundary in quotes',
      multipart(FIELDS),
      'multipart/form-data; boundary="edge"',
    ],
    [
      'of one field with many lines',
      `${multipart(1)}\r\n\r\n`.replace('value', '\r\n'.repeat(100_000)),
      MULTIPART,
    ],
    ['that is none', 'a=&'.repeat(FIELDS * 2), 'text/plain'],
    ['without a boundary', multipart(FIELDS * 2), 'multipart/form-data'],
    ['without a type', 'a=&'.repeat(FIELDS * 2), ''],
  ]

  it.each(full)('takes a form %s', (_, body, type) => {
    expect(() => check(body, type)).not.toThrow()
  })

  const over: [string, string, string][] = [
    ['encoded as in a URL', 'a=&'.repeat(FIELDS) + 'a=', URL_ENCODED],
    ['of nothing but separators', '&'.repeat(FIELDS), URL_ENCODED],
    ['in parts', multipart(FIELDS + 1), MULTIPART],
    [
      'in parts, with the boundary in quotes',
      multipart(FIELDS + 1),
      'Multipart/Form-Data; charset=utf-8; Boundary="edge"',
    ],
    [
      'of one part with too many header lines',
      multipart(1, Array(HEADERS).fill('X: y')),
      MULTIPART,
    ],
    [
      'of parts with too many header lines in all',
      multipart(10, Array(HEADERS / 10).fill('X: y')),
      MULTIPART,
    ],
  ]

  it.each(over)('refuses a form that holds too much, %s', (_, body, type) => {
    expect(() => check(body, type)).toThrow(INVALID)
  })
})
