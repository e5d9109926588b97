import * as fc from 'fast-check'

/** Text that stands in JSON as it is, whether it is JSON or not. */
class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Values that take the place of others, by name, so that a finding shows no megabytes. */
const VALUES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['true', true],
  ['zero', 0],
  ['minus one', -1],
  ['half', 0.5],
  ['beyond integers', 2 ** 53],
  ['huge', 1e308],
  ['infinite', new RawJson('1e400')],
  ['minus zero', new RawJson('-0')],
  ['400 digits', new RawJson('1'.repeat(400))],
  ['empty text', ''],
  ['blank', ' '],
  ['digits', '7'],
  ['date', '2030-01-01T00:00:00.000Z'],
  ['date of nothing', '2030-13-45T99:99:99Z'],
  ['far date', '+275760-09-13T00:00:00.001Z'],
  ['dots', '..'],
  ['path', '../../etc/passwd'],
  ['proto', '__proto__'],
  ['quotes', `'";--\\`],
  ['percent', '%00%_'],
  ['words', 'alpha beta gamma " OR NEAR(alpha beta) *'],
  ['NUL', 'a\0b'],
  ['lone surrogate', new RawJson('"\\ud800"')],
  ['emoji', '👩‍👩‍👧‍👦'],
  ['right to left', '\u202Eabc\u2066'],
  ['combining', 'e\u0301'.repeat(500)],
  ['no character', '\uFFFF\uFFFE'],
  ['long', 'x'.repeat(300)],
  ['longer', 'ä'.repeat(70_000)],
  ['file address', 'file:///etc/passwd'],
  ['data address', 'data:text/plain;base64,AAAA'],
  ['empty list', []],
  ['empty object', {}],
  ['list in list', [[[]]]],
  ['message', { role: 'user', content: 'alpha' }],
  ['system message', { role: 'system', content: 'alpha' }],
  ['tool message', { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'a' }] }],
  ['owned', { resourceId: 'bob.9e41', owner: 'bob.9e41' }],
  ['with proto', new RawJson('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}')],
  ['named twice', new RawJson('{"a":1,"a":2}')],
  ['deep lists', new RawJson(`${'['.repeat(5000)}${']'.repeat(5000)}`)],
  ['deep objects', new RawJson(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)],
  ['no JSON', new RawJson('undefined')],
  ['many names', Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`n${index}`, 0]))],
  ['long list', Array.from({ length: 2000 }, () => 'a')],
])

/** Of options of ours and of Mastra, of owners, and of what every object has. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'id',
  'type',
  'role',
  'resourceId',
  'resource',
  'owner',
  'threadId',
  'thread',
  'agentId',
  'model',
  'instructions',
  'system',
  'toolsets',
  'clientTools',
  'memory',
  'maxSteps',
  'structuredOutput',
  'providerOptions',
  'requestContext',
  'metadata',
  'permissions',
  'requireToolApproval',
  'requireApproval',
  'activeTools',
  'toolChoice',
  'outputProcessors',
  'scorers',
  'stopWhen',
  'x'.repeat(1000),
]

const TIMES = [2, 2, 50, 257, 1001, 5001]
/** A body that is larger says nothing but that it is too large. */
const MAX_TEXT = 4_300_000

/** What is done at one place of a value. */
export interface Mutation {
  readonly kind: 'replace' | 'add' | 'again' | 'remove' | 'repeat' | 'wrap'
  /** Chooses the place. */
  readonly at: number
  readonly value: string
  readonly name: string
  readonly times: number
}

/** Where the text of a body is changed, or what is said of it. */
export type Transport =
  | 'plain'
  | 'cut'
  | 'byte order mark'
  | 'rubbish behind'
  | 'bad UTF-8'
  | 'empty'
  | 'too large'
  | 'no type'
  | 'text'
  | 'form'
  | 'multipart'
  | 'charset'
  | 'compressed'

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(
    'replace',
    'replace',
    'replace',
    'add',
    'again',
    'remove',
    'repeat',
    'wrap',
  ),
  at: fc.nat(),
  value: fc.constantFrom(...VALUES.keys()),
  name: fc.constantFrom(...NAMES),
  times: fc.constantFrom(...TIMES),
})

/** None for some, so that what follows is reached too. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
)

/** Mostly plain. */
export const transport: fc.Arbitrary<Transport> = fc.oneof(
  { withCrossShrink: true },
  { weight: 30, arbitrary: fc.constant('plain' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Transport>(
      'cut',
      'byte order mark',
      'rubbish behind',
      'bad UTF-8',
      'empty',
      'too large',
      'no type',
      'text',
      'form',
      'multipart',
      'charset',
      'compressed',
    ),
  },
)

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof RawJson)
}

/** How many places a value has: itself, and those of its members. */
function countPlaces(value: unknown): number {
  if (!isObject(value)) return 1
  return Object.values(value).reduce((sum: number, each) => sum + countPlaces(each), 1)
}

function toText(value: unknown): string {
  if (value instanceof RawJson) return value.text
  if (Array.isArray(value)) return `[${value.map(toText).join()}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}:${toText(each)}`,
  )
  return `{${members.join()}}`
}

/** The members once more behind them, so that each name stands twice. */
function again(value: unknown): unknown {
  const text = toText(value)
  return text.startsWith('{"')
    ? new RawJson(`${text.slice(0, -1)},${text.slice(1)}`)
    : [value, value]
}

function repeat(value: unknown, times: number): unknown {
  const list = Array.isArray(value) ? value : [value]
  const most = Math.max(1, Math.floor(MAX_TEXT / (toText(list).length + 1)))
  return Array.from({ length: Math.min(times, most) }, () => list).flat()
}

function change(value: unknown, { kind, value: name, name: member, times }: Mutation): unknown {
  const other = VALUES.get(name)
  switch (kind) {
    case 'add':
      return isObject(value) && !Array.isArray(value)
        ? Object.fromEntries([...Object.entries(value), [member, other]])
        : [value, other]
    case 'again':
      return again(value)
    case 'remove':
      return undefined
    case 'repeat':
      return repeat(value, times)
    case 'wrap':
      return times % 2 === 0 ? [value] : { [member]: value }
    default:
      return other
  }
}

/** The value with one of its places changed. */
function changeAt(value: unknown, place: number, mutation: Mutation): unknown {
  if (place === 0 || !isObject(value)) return change(value, mutation)
  let before = 1
  for (const [name, member] of Object.entries(value)) {
    const size = countPlaces(member)
    if (place < before + size) {
      const changed = changeAt(member, place - before, mutation)
      if (Array.isArray(value)) {
        const index = Number(name)
        return changed === undefined ? value.toSpliced(index, 1) : value.with(index, changed)
      }
      const entries = Object.entries(value).map(([each, old]) => [
        each,
        each === name ? changed : old,
      ])
      return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
    }
    before += size
  }
  return value
}

/** The text of a JSON value after mutations, one after the other. */
export function mutateJson(value: unknown, all: readonly Mutation[]): string {
  const mutated = all.reduce((each: unknown, mutation) => {
    return changeAt(each, mutation.at % countPlaces(each), mutation)
  }, value)
  return toText(mutated)
}

/** The path after mutations of its parameters and its query. */
export function mutatePath(path: string, all: readonly Mutation[]): string {
  const [pathname = '', query = ''] = path.split('?')
  const params = new URLSearchParams(query)
  for (const { kind, at, value, name, times } of all) {
    const other = VALUES.get(value)
    const text = typeof other === 'string' ? other : toText(other ?? '')
    const short = text.slice(0, 2000)
    const names = [...params.keys()]
    const chosen = names[at % names.length] ?? name
    if (kind === 'remove') params.delete(chosen)
    else if (kind === 'add') params.append(name, short)
    else if (kind === 'again') params.append(chosen, params.get(chosen) ?? short)
    else if (kind === 'repeat')
      for (let n = 0; n < times % 400; n++) params.append(`${name}${n}`, '')
    else params.set(chosen, short)
  }
  const search = params.size === 0 ? '' : `?${params.toString()}`
  // A head that is too large never gets to a route.
  return (pathname + search).slice(0, 12_000)
}

/** What goes over the wire of a body. */
export interface SentBody {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const TYPES: Readonly<Partial<Record<Transport, string>>> = {
  text: 'text/plain',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data; boundary=x',
  charset: 'application/json; charset=utf-16',
}

function bytesOf(text: string, transport: Transport): Buffer {
  switch (transport) {
    case 'cut':
      return Buffer.from(text.slice(0, -1))
    case 'byte order mark':
      return Buffer.from(`\uFEFF${text}`)
    case 'rubbish behind':
      return Buffer.from(`${text}x`)
    case 'bad UTF-8':
      return Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xc3, 0x28, 0xff])])
    case 'empty':
      return Buffer.alloc(0)
    case 'too large':
      return Buffer.concat([Buffer.from(text), Buffer.alloc(MAX_TEXT, ' ')])
    default:
      return Buffer.from(text)
  }
}

/** The bytes and the headers of a body. */
export function sendAs(text: string, transport: Transport): SentBody {
  const type = TYPES[transport] ?? 'application/json'
  return {
    bytes: bytesOf(text, transport),
    headers: {
      ...(transport !== 'no type' && { 'content-type': type }),
      ...(transport === 'compressed' && { 'content-encoding': 'gzip' }),
    },
  }
}
