import { Violation, type Count } from '../fuzzer.js'
import { PROTECTED, SMUGGLED } from './application.js'
import type { ByteExchange } from './exchange-bytes.js'
import { FramingError, parseAnswers, type ParsedAnswer } from './response-parser.js'
import type { WrittenRequest } from './write-request.js'

function violate(rule: string, bytes: string, { received, error }: ByteExchange): never {
  throw new Violation(rule, {
    sent: bytes.slice(0, 4000),
    received: received.slice(0, 4000),
    error,
  })
}

/** Of so many answers, from the first that can be read in several ways on, both readings are tried. */
const MAX_UNSURE = 5

/**
 * The answers, where the bytes are answers. An answer to HEAD has no body; but whether a request that can be read in
 * several ways is one, and what is answered behind it, nobody knows.
 */
function readAnswers(
  requests: readonly WrittenRequest[],
  exchange: ByteExchange,
  bytes: string,
): readonly ParsedAnswer[] {
  const unsure = requests.findIndex(({ isClear, isConflict }) => !isClear || isConflict)
  const sure = unsure < 0 ? requests.length : unsure
  const readings = unsure < 0 ? 1 : 2 ** MAX_UNSURE
  let failure: unknown
  for (let reading = 0; reading < readings; reading++) {
    const isHead = (index: number) =>
      index < sure ? requests[index]?.method === 'HEAD' : ((reading >> (index - sure)) & 1) === 1
    try {
      return parseAnswers(exchange.received, isHead)
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      failure ??= error
    }
  }
  // A reset takes along what was on its way; and of answers to hidden requests nobody knows to which they are.
  if (exchange.error === 'ECONNRESET' || bytes.includes('HEAD ')) return []
  throw new Violation('answers can be parsed', {
    what: failure instanceof Error ? failure.message : failure,
    sent: bytes.slice(0, 4000),
    received: exchange.received.slice(0, 4000),
  })
}

function isClosing({ headers }: ParsedAnswer): boolean {
  return headers.get('connection') === 'close'
}

/** What holds of any bytes. */
function checkAny(
  requests: readonly WrittenRequest[],
  answers: readonly ParsedAnswer[],
  exchange: ByteExchange,
  bytes: string,
): void {
  const faulty = answers.find(({ status }) => status >= 500)
  if (faulty !== undefined) violate(`no answer is ${faulty.status}`, bytes, exchange)
  if (answers.length > bytes.split(/HTTP\/\d/i).length) {
    violate('no more is answered than was asked', bytes, exchange)
  }
  if (answers.slice(0, -1).some(isClosing)) {
    violate('an answer that closes is the last', bytes, exchange)
  }
  const isTokenSent = requests.some(({ hasToken }) => hasToken)
  if (!isTokenSent && exchange.received.includes(PROTECTED)) {
    violate('who sends no token gets nothing protected', bytes, exchange)
  }
}

/** What holds of the answer to a request that can be read in one way only. */
function checkClear(
  request: WrittenRequest,
  answer: ParsedAnswer,
  exchange: ByteExchange,
  bytes: string,
): void {
  const hasBody = request.method !== 'HEAD'
  if (answer.body.includes(SMUGGLED)) violate('no body is a request', bytes, exchange)
  if (request.admission === 'refused' && answer.body.includes(PROTECTED)) {
    violate('a credential that is none lets nobody in', bytes, exchange)
  }
  if (request.isConflict || !request.isClosed) return
  if (request.admission === 'refused' && answer.status < 400) {
    violate('who is not let in is refused', bytes, exchange)
  }
  const isLetIn = answer.status === 200 && (!hasBody || answer.body.includes(PROTECTED))
  // There is only GET on the route that lists agents.
  if (request.admission === 'admitted' && !isLetIn && answer.status !== 404) {
    violate('a good credential lets in', bytes, exchange)
  }
}

/** What holds of the requests up to the first one that can be read in several ways. */
function checkClearOnes(
  requests: readonly WrittenRequest[],
  answers: readonly ParsedAnswer[],
  exchange: ByteExchange,
  bytes: string,
): void {
  for (const [index, request] of requests.entries()) {
    if (!request.isClear) return
    const answer = answers[index]
    if (answer === undefined) {
      // A reset takes along what was on its way.
      if (exchange.error === 'ECONNRESET' || exchange.error === 'EPIPE') return
      violate('each request is answered', bytes, exchange)
    }
    checkClear(request, answer, exchange, bytes)
    if (request.isConflict && answers.length > index + 1) {
      violate('behind two lengths nothing more is answered', bytes, exchange)
    }
    if (request.isLast && answers.length > index + 1) {
      violate('behind the last request nothing more is answered', bytes, exchange)
    }
    if (request.isLast || isClosing(answer)) return
  }
  if (answers.length > requests.length) {
    violate('each request has one answer', bytes, exchange)
  }
}

/**
 * Checks what came back over one connection.
 * @throws {Violation}
 */
export function checkExchange(
  requests: readonly WrittenRequest[],
  exchange: ByteExchange,
  bytes: string,
  count: Count,
): void {
  if (!exchange.isEnded) violate('each connection ends', bytes, exchange)
  const answers = readAnswers(requests, exchange, bytes)
  checkAny(requests, answers, exchange, bytes)
  checkClearOnes(requests, answers, exchange, bytes)
  for (const { status, body } of answers) {
    count(`answer ${status}${body.includes(PROTECTED) ? ' with what is protected' : ''}`)
  }
  if (answers.length === 0) count(exchange.error === undefined ? 'no answer' : exchange.error)
}
