import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'
import { readJsonBody } from './body.js'
import { fetchIncoming } from '../http/fetch-incoming.js'

const LIMIT = 4 * 1024 * 1024

/** A body that counts how often it was asked for more, and knows whether it was given up. */
class WatchedBody {
  pulls = 0
  isCancelled = false
  readonly stream: ReadableStream<Uint8Array>

  constructor(chunk: Uint8Array, chunks = Infinity) {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      this.pulls++
      if (this.pulls > chunks) controller.close()
      else controller.enqueue(chunk)
    }
    const cancel = () => {
      this.isCancelled = true
    }
    this.stream = new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
  }
}

function read(body: BodyInit, headers: Readonly<Record<string, string>> = {}, limit = LIMIT) {
  return readJsonBody(fetchIncoming(makeRequest('/', { body, headers })), limit)
}

const refused = (message: string) =>
  expect.objectContaining({
    name: 'RequestError',
    code: 'request_invalid',
    issues: [{ field: 'body', message }],
  })

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('readJsonBody: what it reads', () => {
  it.each([
    ['an object', '{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    ['a list', '[]', []],
    ['a text', '"é€😀"', 'é€😀'],
    ['null', 'null', null],
    ['white space around it', ' \r\n\t{} \n', {}],
  ])('gives %s', async (_, text, value) => {
    expect(await read(text)).toStrictEqual(value)
  })

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; x=y',
    'application/ld+json',
    'application/vnd.api+json; version=1',
  ])('takes the content type %s', async (contentType) => {
    expect(await read('{}', { 'content-type': contentType })).toStrictEqual({})
  })

  it('takes for blank what JSON does, and nothing else (RFC 8259 section 2)', async () => {
    for (const body of ['\u00a0', ' \u2003\n', '\v', '\f']) {
      await expect(read(body)).rejects.toMatchObject({ code: 'request_invalid' })
    }
  })

  it.each(['application/json\u00a0', 'application/json\f; charset=utf-8', 'application/json\v'])(
    'takes no other white space than spaces and tabs in the content type: %j (RFC 9110 section 5.5)',
    async (contentType) => {
      const reading = read('{}', { 'content-type': contentType })
      await expect(reading).rejects.toMatchObject({ code: 'request_invalid' })
    },
  )

  it.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['white space only', ' \r\n '],
  ])('gives undefined for %s', async (_, body) => {
    const request = fetchIncoming(makeRequest('/', { method: 'POST', body }))
    expect(await readJsonBody(request, LIMIT)).toBeUndefined()
  })

  it('asks no content type of a body that is declared empty', async () => {
    const body = new WatchedBody(new Uint8Array(0), 0).stream
    const headers = { 'content-type': '', 'content-length': '0' }
    expect(await read(body, headers)).toBeUndefined()
  })

  it('joins what comes in pieces, also within a character', async () => {
    const bytes = new TextEncoder().encode('{"€":"😀"}')
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte))
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(piece)
      },
    })
    expect(await read(body)).toStrictEqual({ '€': '😀' })
  })

  it('keeps __proto__ as a name like any other', async () => {
    const value = await read('{"__proto__":{"isAdmin":true}}')
    expect(Object.hasOwn(Object(value), '__proto__')).toBe(true)
    expect(Object(value).isAdmin).toBeUndefined()
  })

  it('takes a body of exactly the limit, and not one byte more', async () => {
    const text = JSON.stringify('a'.repeat(98))
    expect(await read(text, {}, 100)).toBe('a'.repeat(98))
    await expect(read(text, {}, 99)).rejects.toMatchObject({ code: 'body_too_large' })
  })

  it('takes a nesting of 100 and refuses 101 and 100,000 alike', async () => {
    expect(JSON.stringify(await read(nested(100)))).toBe(nested(100))
    const tooDeep = refused('The JSON is nested too deeply.')
    await expect(read(nested(101))).rejects.toStrictEqual(tooDeep)
    await expect(read(nested(100_000))).rejects.toStrictEqual(tooDeep)
    await expect(read('{"a":'.repeat(100_000))).rejects.toStrictEqual(tooDeep)
  })
})

describe('readJsonBody: what it refuses', () => {
  const NO_JSON = 'The text is not JSON.'
  const NO_TYPE = 'Send the body as application/json.'

  it.each([
    ['half an object', '{"a":', NO_JSON],
    ['two values', '{} {}', NO_JSON],
    ['a comment', '{} // x', NO_JSON],
    ['a trailing comma', '{"a":1,}', NO_JSON],
    ['NaN', 'NaN', NO_JSON],
    ['a form', 'messages=Hello', NO_JSON],
    ['two byte order marks', '\ufeff\ufeff{}', 'The text is not JSON.'],
    ['a name that stands twice', '{"a":1,"a":2}', 'An object in the JSON has the same name twice.'],
    [
      'a name twice, once escaped',
      '{"a":1,"\\u0061":2}',
      'An object in the JSON has the same name twice.',
    ],
    [
      'a name twice, deep inside',
      '[{"b":{"a":1,"a":1}}]',
      'An object in the JSON has the same name twice.',
    ],
  ])('%s', async (_, text, message) => {
    await expect(read(text)).rejects.toStrictEqual(refused(message))
  })

  it.each([
    ['a byte that is none', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82]],
  ])('bytes that are no UTF-8: %s', async (_, bytes) => {
    await expect(read(Uint8Array.from(bytes))).rejects.toStrictEqual(
      refused('The body is not UTF-8.'),
    )
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json5',
    'text/json',
    'application/xml; json',
    'json',
    '',
  ])('a body of the content type %j, unread', async (contentType) => {
    const body = new WatchedBody(new Uint8Array(1))
    const reading = read(body.stream, { 'content-type': contentType })
    await expect(reading).rejects.toStrictEqual(refused(NO_TYPE))
    expect(body.pulls).toBe(0)
  })

  it('what is declared too large, unread', async () => {
    const body = new WatchedBody(new Uint8Array(1))
    const reading = read(body.stream, { 'content-length': String(LIMIT + 1) })
    await expect(reading).rejects.toMatchObject({ name: 'RequestError', code: 'body_too_large' })
    expect(body.pulls).toBe(0)
  })

  it.each([
    ['without a declaration', {}],
    ['with a declaration that is too small', { 'content-length': '10' }],
  ])('what turns out too large, as soon as it does, and gives it up: %s', async (_, headers) => {
    const body = new WatchedBody(new Uint8Array(1000))
    await expect(read(body.stream, headers, 10_000)).rejects.toMatchObject({
      code: 'body_too_large',
    })
    expect(body.pulls).toBe(11)
    expect(body.isCancelled).toBe(true)
  })
})

describe('the body of a request to the server', () => {
  const { mastra } = createTestApplication()
  const app = createApp(mastra)
  const path = '/api/tools/get-weather/execute'
  const post = (body: BodyInit, token?: string, headers = {}) =>
    app.fetch(makeRequest(path, { body, token, headers }))

  it.each([
    ['without a token', path, undefined, 401],
    ['with a bad token', path, 'nonsense', 401],
    ['without the permission', path, tokenOf('viewer'), 403],
    ['at a path that does not exist', '/api/nowhere', tokenOf('owner'), 404],
    ['outside the prefix', '/nowhere', undefined, 404],
  ])('is not read %s', async (_, target, token, status) => {
    const body = new WatchedBody(new Uint8Array(1000))
    const response = await app.fetch(makeRequest(target, { body: body.stream, token }))
    expect(response.status).toBe(status)
    expect(body.pulls).toBe(0)
  })

  it('is 413 beyond 4 MiB, and read there no further', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20)
    const body = new WatchedBody(chunk)
    const refusal = await readRefusal(await post(body.stream, tokenOf('member')))
    expect(refusal).toStrictEqual({
      status: 413,
      code: 'body_too_large',
      challenge: null,
      issues: undefined,
      text: 'The request body is too large.',
    })
    expect(body.pulls).toBe(LIMIT / chunk.length + 1)
  })

  it('is bounded by what the application says', async () => {
    const { mastra: small } = createTestApplication({ server: { bodySizeLimit: 20 } })
    const ask = async (place: string) => {
      const json = { data: { place } }
      return (await createApp(small).fetch(makeRequest(path, { json, token: tokenOf('member') })))
        .status
    }
    expect(await ask('a')).toBe(413)
  })

  it('is 400 with the issue where it is no JSON', async () => {
    const refusal = await readRefusal(await post('{', tokenOf('member')))
    expect(refusal).toStrictEqual({
      status: 400,
      code: 'request_invalid',
      challenge: null,
      issues: [{ field: 'body', message: 'The text is not JSON.' }],
      text: 'The request is not valid.',
    })
  })
})
