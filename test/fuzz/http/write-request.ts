import type { HttpCase, RequestPlan } from './cases.js'
import {
  CLOSED_TARGETS,
  CREDENTIALS,
  HEADERS,
  HOSTS,
  LINES,
  TARGETS,
  type Admission,
  type Form,
} from './forms.js'
import { BODIES, CONTENTS } from './framing.js'

/** What is known of a request from how it is written. */
export interface WrittenRequest {
  readonly bytes: string
  readonly method: string
  /** Whether nobody can read it as anything else than it is, its credential aside. */
  readonly isClear: boolean
  /** Whether the connection may go on behind it. */
  readonly isLast: boolean
  readonly isClosed: boolean
  readonly admission: Admission
  readonly hasToken: boolean
  readonly isConflict: boolean
}

/** Methods that every route of the application has. */
const PLAIN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
])

function form<Value>(forms: ReadonlyMap<string, Form<Value>>, name: string): Form<Value> {
  const found = forms.get(name)
  if (found === undefined) throw new Error(`There is no form ${name}.`)
  return found
}

/** Writes one request. */
export function writeRequest(plan: RequestPlan, token: string): WrittenRequest {
  const [target, line, host] = [
    form(TARGETS, plan.target),
    form(LINES, plan.line),
    form(HOSTS, plan.host),
  ]
  const credential = form(CREDENTIALS, plan.credential).value
  const headers = plan.headers.map((name) => form(HEADERS, name))
  const body = form(BODIES, plan.body)
  const written = body.value.write(CONTENTS.get(plan.content) ?? '')
  const where = target.value + (credential.query?.(token) ?? '')
  const credentialLines = credential.lines(token)
  const others = headers.map(({ value }) => value).join('')
  const head = line.value(plan.method, where, plan.version) + host.value + credentialLines + others
  return {
    bytes: `${head}${written.headers}\r\n${written.bytes}`,
    method: plan.method,
    isClear:
      PLAIN_METHODS.has(plan.method) &&
      plan.version === 'HTTP/1.1' &&
      !credential.isMalformed &&
      [target, line, host, ...headers].every(({ isPlain }) => isPlain) &&
      (body.isPlain || body.value.isConflict),
    isLast: plan.headers.includes('close') || body.value.isConflict,
    isClosed: CLOSED_TARGETS.has(plan.target),
    admission: credential.admission,
    hasToken: credential.query !== undefined || credentialLines.includes(token),
    isConflict: body.value.isConflict,
  }
}

/** The bytes of a case, in pieces. */
export function cutIntoPieces(bytes: string, { cuts }: HttpCase): readonly string[] {
  const pieces: string[] = []
  let from = 0
  for (const size of cuts) {
    if (from >= bytes.length) break
    pieces.push(bytes.slice(from, from + size))
    from += size
  }
  return [...pieces, bytes.slice(from)].filter((piece) => piece !== '')
}
