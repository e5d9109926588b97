import { BOUNDS } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { countForm } from './form.js'
import { readFormType } from './form-type.js'

const FIELDS = BOUNDS.formFields.limit
const HEADERS = BOUNDS.formHeaders.limit
const INVALID = expect.objectContaining({ name: 'RequestError', code: 'request_invalid' })

const URL_ENCODED = 'application/x-www-form-urlencoded;charset=UTF-8'
const MULTIPART = 'multipart/form-data; boundary=edge'

/** Counts what a form holds, of which so many bytes come at once. */
function check(body: string, type: string, size = body.length): void {
  const form = readFormType(type)
  if (form === undefined) return
  const count = countForm(form)
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += size) count(bytes.subarray(at, at + size))
}

function multipart(parts: number, headers: readonly string[] = []): string {
  const lines = ['Content-Disposition: form-data; name="a"', ...headers].join('\r\n')
  return `--edge\r\n${lines}\r\n\r\nvalue\r\n`.repeat(parts) + '--edge--\r\n'
}

describe('countForm', () => {
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
    ['without a type', 'a=&'.repeat(FIELDS * 2), ''],
  ]

  it.each(full)('takes a form %s', (_, body, type) => {
    for (const size of [body.length, 7, 1]) expect(() => check(body, type, size)).not.toThrow()
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
    ['of parts without a header', '--edge\r\n\r\nvalue\r\n'.repeat(FIELDS + 1), MULTIPART],
  ]

  it.each(over)('refuses a form that holds too much, %s', (_, body, type) => {
    for (const size of [body.length, 7, 1]) expect(() => check(body, type, size)).toThrow(INVALID)
  })
})
