import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEAR_RUNS, NUM_RUNS } from '@signet/test-support/time/property-runs'
import { parseFrozenJson, parseStrictJson, StrictJsonError } from './strict-json.js'

const numRuns = DEAR_RUNS

const refusal = (reason: string) => expect.objectContaining({ name: 'StrictJsonError', reason })

/** What a parser makes of a text: its value, or that it throws. */
function outcome(parse: (text: string) => unknown, text: string): { value: unknown } | 'refused' {
  try {
    return { value: parse(text) }
  } catch {
    return 'refused'
  }
}

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** A name with each of its UTF-16 units escaped. */
function escaped(name: string): string {
  return Array.from({ length: name.length }, (_unit, index) => {
    return `\\u${name.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('parseStrictJson: names (RFC 8725 section 2.4, RFC 8259 section 4)', () => {
  it.each([
    ['twice in a row', '{"sub":"a","sub":"b"}'],
    ['twice with the same value', '{"sub":"a","sub":"a"}'],
    ['far apart', '{"sub":"a","x":{"y":[1,2]},"sub":"b"}'],
    ['the second one escaped', '{"sub":"a","s\\u0075b":"b"}'],
    ['both escaped, in different case', '{"\\u004a":1,"\\u004A":2}'],
    ['one with an escaped solidus', '{"a/b":1,"a\\/b":2}'],
    ['a quote in the name', '{"a\\"b":1,"a\\u0022b":2}'],
    ['a colon in the name', '{"a:b":1,"a\\u003ab":2}'],
    ['the empty name', '{"":1,"":2}'],
    ['__proto__', '{"__proto__":1,"__proto__":2}'],
    ['integer names', '{"1":1,"1":2}'],
    ['in an inner object', '{"x":{"a":1,"a":2}}'],
    ['in an object of a list', '[{"b":1},{"a":1,"a":2}]'],
    ['in an object that a later duplicate hides', '{"x":{"a":1,"a":2},"x":1}'],
    ['whose first value hides an object', '{"x":{"a":1,"b":2,"c":3},"x":1}'],
    ['whose last value is an object', '{"x":1,"x":{"a":1}}'],
  ])('refuses a name that stands twice: %s', (_case, text) => {
    expect(() => parseStrictJson(text)).toThrow(refusal('duplicate_name'))
  })

  it.each([
    ['in different objects', '{"a":{"x":1},"b":{"x":1}}'],
    ['in the objects of a list', '[{"x":1},{"x":1}]'],
    ['in an object and its parent', '{"x":{"x":{"x":1}}}'],
    ['differing in case', '{"sub":1,"Sub":2}'],
    ['differing by normalization only', '{"\u00e9":1,"e\u0301":2}'],
    ['with colons and braces in texts', '{"a":"{\\"b\\":1,\\"b\\":2}","c:d":":::"}'],
    ['ending in a backslash', '{"a\\\\":1,"b\\\\":":"}'],
    ['__proto__ and constructor', '{"__proto__":{"x":1},"constructor":{"x":1}}'],
  ])('takes names that are no duplicates: %s', (_case, text) => {
    expect(isDeepStrictEqual(parseStrictJson(text), JSON.parse(text))).toBe(true)
  })

  it('counts no name that somebody gave to all objects', () => {
    Object.assign(Object.prototype, { polluted: 1 })
    try {
      expect(parseStrictJson('{"a":{},"b":[{}]}')).toHaveProperty('polluted', 1)
      expect(parseStrictJson('{"polluted":2}')).toHaveProperty('polluted', 2)
      for (const text of ['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{"polluted":1,"polluted":1}']) {
        expect(() => parseStrictJson(text)).toThrow(refusal('duplicate_name'))
      }
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })

  it('makes __proto__ an own member, which changes no prototype', () => {
    const value = parseStrictJson('{"__proto__":{"admin":true}}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(value).not.toHaveProperty('admin')
  })
})

describe('parseStrictJson: depth', () => {
  it('takes 100 levels and refuses 101 (RFC 8259 section 9: a parser may set limits)', () => {
    expect(parseStrictJson(lists(100))).toHaveLength(1)
    expect(parseStrictJson(objects(100))).toHaveProperty('a')
    expect(() => parseStrictJson(lists(101))).toThrow(refusal('too_deep'))
    expect(() => parseStrictJson(objects(101))).toThrow(refusal('too_deep'))
  })

  it('counts levels, not brackets: width and brackets in texts do not matter', () => {
    expect(parseStrictJson(`[${'[],'.repeat(500)}[]]`)).toHaveLength(501)
    expect(parseStrictJson(JSON.stringify('['.repeat(500)))).toHaveLength(500)
    expect(() => parseStrictJson('[[[]]]', 2)).toThrow(refusal('too_deep'))
    expect(parseStrictJson('[[]]', 2)).toStrictEqual([[]])
  })

  it('refuses a million levels without running out of stack', () => {
    expect(() => parseStrictJson('['.repeat(1_000_000))).toThrow(refusal('too_deep'))
    expect(() => parseStrictJson(objects(1_000_000))).toThrow(refusal('too_deep'))
  })

  it('is not misled by closing brackets that nothing opened', () => {
    expect(() => parseStrictJson(']'.repeat(200) + lists(101))).toThrow(StrictJsonError)
  })
})

describe('parseStrictJson: values', () => {
  it('takes as many members and elements as are allowed, and refuses one more', () => {
    expect(parseStrictJson('[1,2,3]', 100, 3)).toStrictEqual([1, 2, 3])
    expect(() => parseStrictJson('[1,2,3,4]', 100, 3)).toThrow(refusal('too_many_values'))
    expect(parseStrictJson('{"a":{"b":1},"c":2}', 100, 3)).toStrictEqual({ a: { b: 1 }, c: 2 })
    expect(() => parseStrictJson('{"a":{"b":1,"d":1},"c":2}', 100, 3)).toThrow(
      refusal('too_many_values'),
    )
  })

  it('counts values, not characters: commas and brackets in texts do not matter', () => {
    const text = '[{,'.repeat(10_000)
    expect(parseStrictJson(JSON.stringify([text, `"${text}`]), 100, 2)).toHaveLength(2)
  })

  it('refuses too many values before it parses them, valid or not', () => {
    const parse = vi.spyOn(JSON, 'parse')
    expect(() => parseStrictJson(`[${'7,'.repeat(1e6)}7]`, 100, 1000)).toThrow(
      refusal('too_many_values'),
    )
    expect(() => parseStrictJson('[],'.repeat(1e6), 100, 1000)).toThrow(refusal('too_many_values'))
    expect(parse).not.toHaveBeenCalled()
  })
})

describe('parseStrictJson: syntax (RFC 8259)', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    "{'a':1}",
    '{a:1}',
    '"a',
    '"a\\',
    '{"a":1}{"b":2}',
    '{"a":1} x',
    '\ufeff{"a":1}',
    '01',
    'NaN',
    'Infinity',
    'undefined',
    '{"a":1}\0',
    '"\n"',
    '// comment\n1',
  ])('refuses %j, which is no JSON', (text) => {
    expect(() => parseStrictJson(text)).toThrow(refusal('syntax'))
  })

  it('tells nothing of the text in its error, which a log would keep', () => {
    const error = thrownBy(() => parseStrictJson('{"password":"hunter2"'))
    expect(error).toHaveProperty('message', 'The text is not JSON.')
    expect(error).not.toHaveProperty('cause')
  })

  it('takes any JSON value, white space around it, and lone surrogates', () => {
    for (const text of ['null', ' 1 ', '\t"a"\r\n', '[true,false]', '"\\ud800"', '1e999']) {
      expect(parseStrictJson(text)).toStrictEqual(JSON.parse(text))
    }
  })
})

describe('parseStrictJson: properties', () => {
  it('agrees with JSON.parse on every JSON text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(isDeepStrictEqual(parseStrictJson(text), JSON.parse(text))).toBe(true)
      }),
      { numRuns },
    )
  })

  it('refuses every text that JSON.parse refuses, and never reads one differently', () => {
    const mutated = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...'{}[]":,\\ 0a'), fc.nat(1))
      .map(([text, at, inserted, removed]) => {
        const index = at % (text.length + 1)
        return text.slice(0, index) + inserted + text.slice(index + removed)
      })
    const alphabet = fc.string({
      unit: fc.constantFrom(...'{}[]":,\\ u0019eE.-truefalsn\n'),
      maxLength: 40,
    })
    fc.assert(
      fc.property(fc.oneof(mutated, alphabet, fc.string()), (text) => {
        const strict = outcome(parseStrictJson, text)
        const isSame = isDeepStrictEqual(strict, outcome(JSON.parse, text))
        expect(strict === 'refused' || isSame).toBe(true)
      }),
      { numRuns },
    )
  })

  it('refuses every object into which one of its names is written again, however it is escaped', () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1 })
    fc.assert(
      fc.property(object, fc.nat(), fc.boolean(), (members, pick, isEscaped) => {
        const names = Object.keys(members)
        const name = names[pick % names.length] ?? ''
        const again = isEscaped ? `"${escaped(name)}"` : JSON.stringify(name)
        const text = `${JSON.stringify(members).slice(0, -1)},${again}:null}`
        expect(JSON.parse(text)).toBeTypeOf('object')
        expect(thrownBy(() => parseStrictJson(text))).toHaveProperty('reason', 'duplicate_name')
      }),
      { numRuns },
    )
  })
})

describe('parseStrictJson: cost', () => {
  const hostile: readonly (readonly [string, (size: number) => string])[] = [
    ['one long text', (size) => JSON.stringify('a'.repeat(size))],
    ['backslashes', (size) => `"${'\\\\'.repeat(size / 2)}"`],
    ['quotes', (size) => '"'.repeat(size)],
    ['text without an end', (size) => `"${'\\"'.repeat(size / 2)}`],
    ['many names', (size) => `{${Array.from({ length: size / 8 }, (_, i) => `"${i}":0`).join()}}`],
    ['the same name often', (size) => `{${'"a":0,'.repeat(size / 6)}"a":0}`],
    ['wide lists', (size) => `[${'[],'.repeat(size / 3)}[]]`],
  ]

  it.each(hostile)('looks at each character three times at most: %s', (_case, text) => {
    const size = 60_000
    const document = text(size)
    const looks = vi.spyOn(String.prototype, 'charCodeAt')
    outcome(parseStrictJson, document)
    const count = looks.mock.calls.length
    looks.mockRestore()
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThanOrEqual(3 * document.length)
  })

  it('visits each parsed value once', () => {
    const visits = vi.spyOn(Object, 'freeze')
    parseFrozenJson(`[${'{"a":[]},'.repeat(1000)}0]`)
    const count = visits.mock.calls.length
    visits.mockRestore()
    expect(count).toBe(2001)
  })

  it('refuses what nests without end before it is built', () => {
    const parsing = vi.spyOn(JSON, 'parse')
    expect(thrownBy(() => parseStrictJson('['.repeat(1_000_000)))).toEqual(refusal('too_deep'))
    expect(parsing).not.toHaveBeenCalled()
    parsing.mockRestore()
  })
})

describe('parseStrictJson and parseFrozenJson', () => {
  it('agree with a plain count of names on any text (RFC 8259 section 4)', () => {
    const name = fc.constantFrom('a', 'b', '\\u0061', 'a:b', ' ', '\\"', ':')
    const blank = fc.constantFrom('', '', '', ' ', '\n')
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('0', 'null', '":"', '"a\\":"', '""'),
        fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
        fc
          .array(fc.tuple(name, blank, tie('json')), { maxLength: 4 })
          .map(
            (members) =>
              `{${members.map(([key, gap, value]) => `"${key}"${gap}:${value}`).join()}}`,
          ),
      ),
    }))
    /** Whether an object has a name twice, found by asking for the values of each of its names. */
    const hasDuplicate = (text: string): boolean => {
      let written = 0
      let kept = 0
      const count = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return
        if (!Array.isArray(value)) kept += Object.keys(value).length
        Object.values(value).forEach(count)
      }
      count(JSON.parse(text))
      const outside = text.replace(/"(?:\\.|[^"\\])*"/g, '')
      written = outside.split(':').length - 1
      return written !== kept
    }
    fc.assert(
      fc.property(json, (text) => {
        const expected = hasDuplicate(text) ? 'refused' : { value: JSON.parse(text) as unknown }
        expect(outcome(parseStrictJson, text)).toStrictEqual(expected)
        expect(outcome(parseFrozenJson, text)).toStrictEqual(expected)
      }),
      { numRuns: NUM_RUNS },
    )
  })

  it('freezes only where that is asked for', () => {
    const isFrozen = (value: unknown): boolean =>
      Object.isFrozen(value) &&
      (typeof value !== 'object' || Object.values(Object(value)).every(isFrozen))
    expect(isFrozen(parseFrozenJson('{"a":[{"b":[]},1]}'))).toBe(true)
    expect(Object.isFrozen(parseStrictJson('{"a":1}'))).toBe(false)
  })
})
