import * as fc from 'fast-check'
import type { Ending } from './exchange-bytes.js'
import { CREDENTIALS, HEADERS, HOSTS, LINES, TARGETS } from './forms.js'
import { BODIES } from './framing.js'

/** One request, each part by the name of its form. */
export interface RequestPlan {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly line: string
  readonly host: string
  readonly credential: string
  readonly headers: readonly string[]
  readonly body: string
  readonly content: string
}

/** What is sent over one connection. */
export interface HttpCase {
  readonly requests: readonly RequestPlan[]
  /** Where it is cut into pieces, counted from the end of the piece before. */
  readonly cuts: readonly number[]
  readonly ending: Ending
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const
const ODD_METHODS = [
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'M-SEARCH',
  'get',
  'PRI',
  'GE T',
  '__proto__',
  'G\0T',
  '',
  'X'.repeat(300),
]

/** What is of the first kind is smaller than what is of another. */
const SMALLEST_FIRST = { withCrossShrink: true }

/** A form by its name, mostly one of those that every server has to take. */
function formOf(forms: ReadonlyMap<string, { readonly isPlain: boolean }>, weight: number) {
  const names = [...forms.keys()]
  const plain = names.filter((name) => forms.get(name)?.isPlain === true)
  const odd = names.filter((name) => forms.get(name)?.isPlain === false)
  return fc.oneof(
    SMALLEST_FIRST,
    { weight, arbitrary: fc.constantFrom(...plain) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )
}

const requestPlan: fc.Arbitrary<RequestPlan> = fc.record({
  method: fc.oneof(
    SMALLEST_FIRST,
    { weight: 20, arbitrary: fc.constantFrom(...METHODS) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_METHODS) },
  ),
  target: formOf(TARGETS, 2),
  version: fc.oneof(
    SMALLEST_FIRST,
    { weight: 20, arbitrary: fc.constant('HTTP/1.1') },
    { weight: 2, arbitrary: fc.constant('HTTP/1.0') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1.1', 'HTTP/1.', ''),
    },
  ),
  line: formOf(LINES, 20),
  host: formOf(HOSTS, 10),
  credential: formOf(CREDENTIALS, 2),
  headers: fc.array(formOf(HEADERS, 4), { maxLength: 4 }),
  body: formOf(BODIES, 4),
  content: fc.constantFrom('smuggled', 'smuggled', 'json', 'empty', 'long'),
})

/** Connections with one request or several, mostly with few parts that are odd. */
export const httpCases: fc.Arbitrary<HttpCase> = fc.record({
  requests: fc.array(requestPlan, { minLength: 1, maxLength: 6 }),
  cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 6 }),
  ending: fc.oneof(
    SMALLEST_FIRST,
    { weight: 12, arbitrary: fc.constant('half-close' as const) },
    { weight: 1, arbitrary: fc.constant('abort' as const) },
  ),
})
