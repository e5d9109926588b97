import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineRoute } from '../../../packages/server/src/route/route.js'
import { Violation } from '../fuzzer.js'
import { checkCall, isServerFault, type AnsweredCall } from './check.js'

const route = defineRoute({
  method: 'GET',
  path: '/things',
  access: 'agents:read',
  summary: 'Things',
  response: z.object({ things: z.array(z.string()) }),
  handler: () => ({ things: [] }),
})

const REFUSAL = JSON.stringify({ error: 'No.', code: 'not_found', requestId: 'a' })

const GOOD: AnsweredCall = {
  route,
  credential: 'everything',
  sent: { method: 'GET', path: '/api/things', headers: {}, body: undefined },
  answer: { status: 200, type: 'application/json', text: '{"things":["a"]}' },
  foreign: undefined,
}

interface Change {
  readonly credential?: AnsweredCall['credential']
  readonly foreign?: string
  readonly status?: number
  readonly type?: string
  readonly text?: string
}

function outcome({ credential, foreign, ...answer }: Change = {}): string {
  const counted: string[] = []
  const call: AnsweredCall = {
    ...GOOD,
    credential: credential ?? GOOD.credential,
    foreign,
    answer: { ...GOOD.answer, ...answer },
  }
  try {
    checkCall(call, (verdict) => counted.push(verdict))
    return counted.join()
  } catch (error) {
    if (error instanceof Violation) return `violated: ${error.rule}`
    throw error
  }
}

describe('the fuzzing of bodies', () => {
  it('counts what is as it should be', () => {
    expect(outcome()).toBe('answer 200')
    expect(outcome({ status: 404, text: REFUSAL })).toBe('refused: not_found')
    const refused = { credential: 'none', status: 401, text: REFUSAL } as const
    expect(outcome(refused)).toBe('refused: not_found')
  })

  it.each<[string, Change]>([
    ['no answer is 500', { status: 500, text: REFUSAL }],
    ['no answer is 503', { status: 503, text: REFUSAL }],
    ["nobody is shown another owner's data", { foreign: 'canary-world-bob-' }],
    ['a stranger is 401', { credential: 'none' }],
    ['a stranger is 401', { credential: 'none', status: 404, text: REFUSAL }],
    ['who holds no permission is refused', { credential: 'nothing' }],
    ['a refusal is JSON with a code', { status: 400, text: 'no' }],
    ['a refusal is JSON with a code', { status: 400, text: '{"error":"No."}' }],
    ['a refusal is JSON with a code', { status: 400, type: 'text/html', text: REFUSAL }],
    ['an answer has the shape of its route', { text: '{"things":[1]}' }],
    ['an answer has the shape of its route', { text: '' }],
    ['no stream has a fault of the server', { text: 'data: {"code":"internal"}' }],
  ])('finds that not: %s, for %o', (rule, change) => {
    expect(outcome(change)).toBe(`violated: ${rule}`)
  })
})

describe('a line of the log', () => {
  const causes = ['AnswerError: The answer failed.', 'Error: The model did not call the tool.']

  it('is no fault of the server where a model fails', () => {
    expect(isServerFault({ message: 'A request failed.', code: 'answer_failed', causes })).toBe(
      false,
    )
    expect(isServerFault({ message: 'An answer failed.', code: undefined, causes })).toBe(false)
  })

  it('is one where anything else fails, and where the program itself does', () => {
    expect(isServerFault({ message: 'A request failed.', code: 'internal', causes })).toBe(true)
    expect(isServerFault({ message: 'Nobody knows.', code: undefined, causes: [] })).toBe(true)
    const faults = [...causes, 'TypeError: x is not a function']
    const failed = { message: 'A request failed.', code: 'answer_failed', causes: faults }
    expect(isServerFault(failed)).toBe(true)
  })
})
