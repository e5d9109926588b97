import { expect, it } from 'vitest'
import { ToolError } from '../error.js'
import { MAX_RESULT_CHARACTERS, MAX_RESULT_VALUES, toJson } from './to-json.js'

class Point {
  readonly x = 1
  readonly #secret = 2
  get sum(): number {
    return this.x + this.#secret
  }
}

const thrower = () => {
  throw new Error('no')
}
const circle: Record<string, unknown> = { name: 'a' }
circle['self'] = circle
const twice = { n: 1 }
const revoked = Proxy.revocable({}, {})
revoked.revoke()

it.each<[string, unknown, unknown]>([
  ['plain JSON', { a: [1, 'x', true, null, { b: {} }] }, { a: [1, 'x', true, null, { b: {} }] }],
  ['nothing', undefined, undefined],
  ['a function', thrower, undefined],
  ['undefined in its places', { a: undefined, b: [undefined, thrower] }, { b: [null, null] }],
  ['numbers that are none', [Number.NaN, Infinity, -Infinity, -0], [null, null, null, -0]],
  ['a large integer', { id: 12345678901234567890n }, { id: '12345678901234567890' }],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a date that is none', { at: new Date(Number.NaN) }, { at: null }],
  ['a URL', new URL('https://a.example/b'), 'https://a.example/b'],
  ['a map of texts', new Map([['a', new Map([['b', 1n]])]]), { a: { b: '1' } }],
  ['a map of anything', new Map([[{ k: 1 }, new Set([1])]]), [[{ k: 1 }, [1]]]],
  ['a set', new Set(['a', new Date(0)]), ['a', '1970-01-01T00:00:00.000Z']],
  ['a Buffer', { bytes: Buffer.from('hello') }, { bytes: 'aGVsbG8=' }],
  ['part of a buffer', new Uint8Array([1, 2, 3, 4]).subarray(1, 3), 'AgM='],
  ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, 'AQI='],
  ['larger numbers', new Float64Array([1.5, Number.NaN]), [1.5, null]],
  ['an instance of a class', new Point(), { x: 1 }],
  ['boxed values', [new String('a'), new Number(1), new Boolean(false)], ['a', 1, false]],
  ['a pattern', /a+/g, '/a+/g'],
  ['an error', new TypeError('password=sk-secret', { cause: 'x' }), { name: 'TypeError' }],
  ['a ToolError', new ToolError('Shut.'), { name: 'ToolError', message: 'Shut.' }],
  ['what holds itself', circle, { name: 'a', self: '[Circular]' }],
  ['what is there twice', [twice, twice], [{ n: 1 }, { n: 1 }]],
  [
    'what says itself what it is',
    { toJSON: () => ({ at: new Date(0) }) },
    { at: '1970-01-01T00:00:00.000Z' },
  ],
  ['what says that it is nothing', [{ toJSON: () => undefined }], [null]],
  ['what fails to say what it is', { a: 1, toJSON: thrower }, { a: 1 }],
  ['what says that it is itself', Object.assign(twice, {}), { n: 1 }],
  [
    'a member that cannot be read',
    Object.defineProperty({ b: 1 }, 'a', { get: thrower, enumerable: true }),
    { b: 1, a: null },
  ],
  ['what cannot be looked at', { a: revoked.proxy }, { a: null }],
  ['a promise', { later: Promise.resolve(1) }, { later: {} }],
])('has a form in JSON: %s', (_kind, value, json) => {
  expect(toJson(value)).toStrictEqual(json)
})

it('is what JSON.stringify says of whatever that can say', () => {
  const value = { a: [1, { b: 'x' }], c: null, d: 'ü\ud800', e: [], f: { '': 0 }, g: undefined }
  expect(JSON.stringify(toJson(value))).toBe(JSON.stringify(value))
})

it('makes no prototype of a member', () => {
  const json = toJson(JSON.parse('{"__proto__":{"isAdmin":true}}'))
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype)
  expect(JSON.stringify(json)).toBe('{"__proto__":{"isAdmin":true}}')
})

it('is cut where there is more than anybody reads', () => {
  const text = String(toJson('x'.repeat(MAX_RESULT_CHARACTERS + 5)))
  expect(text.slice(MAX_RESULT_CHARACTERS)).toBe('… [Cut: 5 characters]')
  expect(toJson('x'.repeat(MAX_RESULT_CHARACTERS))).toHaveLength(MAX_RESULT_CHARACTERS)
  const list = toJson(Array.from({ length: MAX_RESULT_VALUES + 9 }, () => 1))
  expect(list).toHaveLength(MAX_RESULT_VALUES + 1)
  expect((list as unknown[]).at(-1)).toBe('[Cut]')
  const many = { a: 'x'.repeat(MAX_RESULT_CHARACTERS), b: 1 }
  expect(Object.keys(Object(toJson(many)))).toStrictEqual(['a', '[Cut]'])
  function* endless() {
    for (;;) yield 1
  }
  const set = Object.assign(new Set<number>(), { [Symbol.iterator]: endless })
  expect(toJson(set)).toHaveLength(MAX_RESULT_VALUES + 1)
})

it('is cut where it is nested deeper than a request may be', () => {
  let value: unknown = 'core'
  for (let depth = 0; depth < 10_000; depth++) value = [value]
  expect(JSON.stringify(toJson(value))).toBe(`${'['.repeat(100)}"[Too deep]"${']'.repeat(100)}`)
})
