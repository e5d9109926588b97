import type { Route } from '@signet/server'
import { Violation, type Count } from '../fuzzer.js'
import type { LoggedError } from '../server/facts.js'
import type { Credential } from './cases.js'
import type { CallAnswer, SentCall } from './send-call.js'

const MAX_SHOWN = 3000

/** What an error of JavaScript says is a fault of the program, whoever was asked for what. */
const PROGRAM_FAULT = /^(?:Type|Range|Reference|Syntax)Error/
/** An answer fails for the model, too, which may not call a tool that the caller says it is to call. */
const MODEL_MESSAGES: ReadonlySet<string> = new Set(['An answer failed.'])

/** What a server must not log, whatever it is asked. */
export function isServerFault({ message, code, causes }: LoggedError): boolean {
  if (PROGRAM_FAULT.test(causes.at(-1) ?? '')) return true
  return code !== 'answer_failed' && !MODEL_MESSAGES.has(message)
}

/** A request and its answer, and what is known of both. */
export interface AnsweredCall {
  readonly route: Route
  readonly credential: Credential
  readonly sent: SentCall
  readonly answer: CallAnswer
  /** What of somebody else stands in the answer. */
  readonly foreign: string | undefined
}

function violate(rule: string, { sent, answer }: AnsweredCall, more: object = {}): never {
  throw new Violation(rule, {
    request: `${sent.method} ${sent.path}`.slice(0, MAX_SHOWN),
    type: sent.headers['content-type'],
    body: sent.body?.toString().slice(0, MAX_SHOWN),
    bodyBytes: sent.body?.length,
    status: answer.status,
    answer: answer.text.slice(0, MAX_SHOWN),
    ...more,
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The code of a refusal, which is JSON. */
function checkRefusal(call: AnsweredCall): string {
  const { answer } = call
  const body = Object(parse(answer.text)) as Readonly<Record<string, unknown>>
  const isWhole = typeof body['code'] === 'string' && typeof body['error'] === 'string'
  if (!answer.type.startsWith('application/json') || !isWhole) {
    violate('a refusal is JSON with a code', call)
  }
  return String(body['code'])
}

/** Whether a caller with this credential may be let in by the route. */
function checkAccess(call: AnsweredCall): void {
  const { route, credential, answer } = call
  if (route.access === 'public') return
  if (credential === 'none' && answer.status !== 401) violate('a stranger is 401', call)
  const isGranted = credential !== 'nothing' || route.access === 'authenticated'
  if (!isGranted && answer.status < 400) violate('who holds no permission is refused', call)
}

/** A good answer is what the route, and so the OpenAPI document, says that it is. */
function checkShape(call: AnsweredCall): void {
  const { route, answer } = call
  if (route.response === undefined || answer.status >= 300) return
  const { error } = route.response.safeParse(parse(answer.text))
  if (error !== undefined)
    violate('an answer has the shape of its route', call, { issues: error.issues })
}

/** @throws {Violation} */
export function checkCall(call: AnsweredCall, count: Count): void {
  const { answer, foreign } = call
  if (answer.status >= 500) violate(`no answer is ${answer.status}`, call)
  if (foreign !== undefined) violate("nobody is shown another owner's data", call, { foreign })
  checkAccess(call)
  if (answer.status >= 400) return count(`refused: ${checkRefusal(call)}`)
  // In a stream an error comes behind a good status.
  if (answer.text.includes('"code":"internal"'))
    violate('no stream has a fault of the server', call)
  checkShape(call)
  count(`answer ${answer.status}`)
}
