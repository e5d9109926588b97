import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FunctionTool,
  LanguageModelV3Prompt,
} from '@ai-sdk/provider'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { fillSchema } from './fill-schema.js'
import { planAnswer } from './plan.js'
import { planParts } from './stream-plan.js'
import { readTopic } from './topic.js'
import { countUsage } from './usage.js'
import { wordValue } from './word-value.js'
import { WordReader } from './words.js'
import { Work } from './work.js'

const NO_TOPIC = readTopic('', '', new WordReader(new Work()))

const many = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index))

const ask = (text: string): LanguageModelV3Prompt => [
  { role: 'user', content: [{ type: 'text', text }] },
]

const functionTool = (
  name: string,
  description: string,
  inputSchema: object = { type: 'object' },
): LanguageModelV3FunctionTool => ({ type: 'function', name, description, inputSchema })

/** An object schema of required properties `p0`, `p1` and so on. */
const objectOf = (count: number, schema: object) => {
  const names = many(count, (index) => `p${index}`)
  return {
    type: 'object' as const,
    properties: Object.fromEntries(names.map((name) => [name, schema])),
    required: names,
  }
}

const forced = (tool: LanguageModelV3FunctionTool, text: string): LanguageModelV3CallOptions => ({
  prompt: ask(text),
  tools: [tool],
  toolChoice: { type: 'tool', toolName: tool.name },
})

const json = (schema: object, text: string): LanguageModelV3CallOptions => ({
  prompt: ask(text),
  responseFormat: { type: 'json', schema },
})

const answered = (value: object | string): LanguageModelV3Prompt => [
  ...ask('go'),
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'call_1',
        toolName: 'tide',
        output: { type: 'json', value: JSON.parse(JSON.stringify(value)) },
      },
    ],
  },
]

/** As many different words as a message is read for. */
const LONG = many(900, (index) => `w${index.toString(36)}`).join(' ')

describe('an answer that would take too much work', () => {
  it.each<[string, LanguageModelV3CallOptions]>([
    ['properties', forced(functionTool('tide', '', objectOf(50_000, {})), LONG)],
    [
      'properties of a format',
      forced(functionTool('tide', '', objectOf(20_000, { format: 'email' })), 'a@b.'.repeat(1000)),
    ],
    ['numbers', json(objectOf(3000, { type: 'number' }), '1 '.repeat(2000))],
    ['lists', json(objectOf(3000, { type: 'array', items: { type: 'integer' } }), LONG)],
    [
      'tools',
      { prompt: ask(LONG), tools: many(200_000, (index) => functionTool(`t${index}`, 'tide')) },
    ],
    [
      'descriptions of tools',
      {
        prompt: ask(LONG),
        tools: many(500, (index) => functionTool(`t${index}`, `${index} ${LONG}`)),
      },
    ],
    [
      'members of a choice',
      json({ enum: many(100_000, (index) => `w${index}`), type: 'string' }, LONG),
    ],
    [
      'merged schemas',
      json({ allOf: many(50_000, (index) => objectOf(1, { title: `t${index}` })) }, 'x'),
    ],
    [
      'alternatives that repeat what is beside them',
      json({ ...objectOf(3000, {}), anyOf: many(3000, () => ({})) }, 'x'),
    ],
    [
      'references behind one another',
      json(
        {
          $defs: Object.fromEntries(
            many(1000, (index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]),
          ),
          $ref: '#/$defs/d0',
        },
        'x',
      ),
    ],
    [
      'choices without end',
      json({ description: 'x', anyOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#' }] }, LONG),
    ],
    ['text to write', json(objectOf(2000, { type: 'string', minLength: 10_000 }), 'x')],
    [
      'values to compare',
      json(
        objectOf(100, {
          type: 'array',
          uniqueItems: true,
          minItems: 100,
          items: { type: 'string', minLength: 5000 },
        }),
        'x',
      ),
    ],
  ])('says so, and that it is cut short: %s', (_, options) => {
    const { content, finishReason } = planAnswer(options)
    expect(finishReason).toEqual({ unified: 'length', raw: 'work' })
    expect(content).toMatchObject({
      type: 'text',
      text: expect.stringContaining('more than it reads and fills for one answer'),
    })
  })

  it('is JSON where that was asked for, and text otherwise', () => {
    const isCut = expect.stringContaining('more than it reads and fills')
    const schema = objectOf(50_000, {})
    const { content: asJson } = planAnswer(json(schema, 'x'))
    expect(asJson.type === 'text' && JSON.parse(asJson.text)).toEqual({ note: isCut })
    const { content: asText } = planAnswer(forced(functionTool('tide', '', schema), 'x'))
    expect(asText).toEqual({ type: 'text', text: isCut })
  })

  it('is filled all the same when it takes less', () => {
    const { content, finishReason } = planAnswer(json(objectOf(100, { type: 'number' }), LONG))
    expect(finishReason.unified).toBe('stop')
    expect(content.type === 'text' && Object.keys(JSON.parse(content.text))).toHaveLength(100)
  })
})

describe('a message and a schema', () => {
  const reads = (count: number, schema: object, text: string) => {
    const spies = [
      vi.spyOn(String.prototype, 'match'),
      vi.spyOn(String.prototype, 'matchAll'),
    ] as const
    fillSchema(objectOf(count, schema), { text, topic: NO_TOPIC })
    const searched = spies.flatMap(({ mock }) => mock.contexts.map(String))
    for (const spy of spies) spy.mockRestore()
    return searched.filter((each) => each === text).length
  }

  it.each(['email', 'uri', 'date', 'time', 'duration', 'uuid', 'ipv4', 'hostname'])(
    'are searched once for all properties of the format %s',
    (format) => {
      const text = 'write to zed@orvale.example'
      const once = reads(1, { type: 'string', format }, text)
      expect(once).toBeGreaterThan(0)
      expect(reads(300, { type: 'string', format }, text)).toBe(once)
    },
  )

  it('take no more work per property when there are more properties', () => {
    const spent = (count: number) => {
      const work = new Work()
      fillSchema(objectOf(count, { type: 'string', format: 'email' }), {
        text: 'write to zed@orvale.example',
        topic: NO_TOPIC,
        work,
      })
      return work.spent
    }
    expect(spent(400)).toBeLessThan(2.1 * spent(200))
  })

  it('are read a bounded number of times, however the schema refers to itself', () => {
    let count = 0
    const watched = (value: object): object =>
      new Proxy(value, {
        get(target, key) {
          count++
          const member: unknown = Reflect.get(target, key)
          return typeof member === 'object' && member !== null ? watched(member) : member
        },
      })
    const schema = watched({
      $defs: { node: { anyOf: [{ $ref: '#' }, { $ref: '#' }, { items: { $ref: '#' } }] } },
      description: 'x',
      oneOf: [{ $ref: '#/$defs/node' }, { properties: { a: { $ref: '#' } }, required: ['a'] }],
    })
    planAnswer(json(schema, 'one two three'))
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThan(400_000)
  })
})

describe('what is worded', () => {
  it('looks at the first values of an object, and counts the others', () => {
    let count = 0
    const object = Object.fromEntries(many(50_000, (index) => [`n${index}`, index]))
    const watched = new Proxy(object, {
      get(target, key) {
        count++
        return Reflect.get(target, key)
      },
    })
    expect(wordValue(watched)).toMatch(
      /^N0: 0; n1: 1; .* and 49990 more are in the tool's result\.$/u,
    )
    expect(count).toBeLessThan(1000)
  })

  it('is no longer than a person reads', () => {
    const { content } = planAnswer({ prompt: answered(many(20, () => 'word '.repeat(10_000))) })
    const text = content.type === 'text' ? content.text : ''
    expect(text).toBe("The tool's result has 20 items.")
  })

  it('is of the first calls, and counts the others', () => {
    const [question, ...messages] = answered('done')
    const prompt = [question, ...many(8, () => messages).flat()].filter(
      (message) => message !== undefined,
    )
    const { content } = planAnswer({ prompt })
    const text = content.type === 'text' ? content.text : ''
    expect(text.split('\n\n')).toStrictEqual([
      ...many(5, () => 'done'),
      'The results of 3 more calls are not worded here.',
    ])
  })
})

describe('a stream', () => {
  const deltas = (text: string) =>
    planParts(
      {
        content: { type: 'text', text },
        finishReason: { unified: 'stop', raw: 'stop' },
        usage: countUsage([], ''),
        providerMetadata: {},
      },
      'rehearsal',
    ).flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))

  it.each([
    ['white space in front and behind', '  one  two  ', ['  ', 'one  ', 'two  ']],
    ['white space alone', ' \n\t ', [' \n\t ']],
    ['nothing', '', []],
  ])('keeps %s', (_, text, pieces) => {
    expect(deltas(text)).toEqual(pieces)
  })

  it('has no more than 1,000 pieces, which are the text', () => {
    const text = 'a bc  '.repeat(50_000)
    expect(deltas(text).length).toBeLessThanOrEqual(1000)
    expect(deltas(text).join('')).toBe(text)
  })
})

describe('usage', () => {
  it('counts the words that a regular expression finds', () => {
    const piece = fc.oneof(
      fc.constantFrom(' ', '\n', '\u00A0', '\u2003', '\u3000', '\uFEFF', '\u0085', 'a'),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const count = text.match(/\S+/gu)?.length ?? 0
        expect(countUsage([], text).outputTokens.total).toBe(count)
      }),
    )
  })
})
