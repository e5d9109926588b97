import { BOUNDS } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../../error/error.js'
import { ANSWER_OPTIONS } from './answer-options.js'
import { checkOptions, checkQueryOptions } from './check.js'
import { MESSAGES_QUERY, SEARCH_QUERY } from './route-options.js'
import type { OptionRule, OptionTable } from './rule.js'

/** What a check refuses with; undefined where it lets through. */
function refusalOf(check: () => void): Pick<RequestError, 'code' | 'issues'> | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    const { code, issues } = error
    return { code, issues }
  }
}

const answer = (body: unknown) => refusalOf(() => checkOptions(ANSWER_OPTIONS, body))

type Found = readonly [path: readonly string[], rule: OptionRule]

/** Every rule of a table, with its path; members of members that may have any name are called `any`. */
function rulesOf(table: OptionTable, before: readonly string[] = []): readonly Found[] {
  return Object.entries(table).flatMap(([name, rule]): readonly Found[] => {
    const path = [...before, name]
    return [
      [path, rule],
      ...rulesOf(rule.members ?? {}, path),
      ...rulesOf(rule.each ?? {}, [...path, 'any']),
    ]
  })
}

const nest = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, name) => ({ [name]: inner }), value)

const RULES = rulesOf(ANSWER_OPTIONS)
const inState = (state: OptionRule['state']) =>
  RULES.filter(([, rule]) => rule.state === state).map(
    ([path, rule]) => [path.join('.'), path, rule] as const,
  )

/** Values of all kinds, some of which ask for something. */
const VALUES = [true, 'x', 7, { a: 1 }, ['a'], false]

describe('an option that is refused', () => {
  it.each(inState('refused'))(
    '%s: is named with what to do, where it asks for something',
    (field, path, rule) => {
      const asking = VALUES.filter((value) => rule.isUnused?.(value) === false)
      expect(asking.length).toBeGreaterThan(0)
      for (const value of asking) {
        expect(answer(nest(path, value))).toStrictEqual({
          code: 'option_unsupported',
          issues: [{ field, message: `Signet does not serve ${rule.what}. ${rule.note}` }],
        })
      }
    },
  )

  it.each(inState('refused'))('%s: passes where it asks for nothing', (_, path) => {
    expect(answer(nest(path, null))).toBeUndefined()
  })

  it.each([
    [{ toolsets: false }],
    [{ stopWhen: [], inputProcessors: [], scorers: {}, hooks: {} }],
    [{ structuredOutput: { errorStrategy: 'strict', jsonPromptInjection: false } }],
    [{ maxProcessorRetries: 0, format: 'mastra' }],
    [{ memory: { options: { semanticRecall: false, filterIncompleteToolCalls: true } } }],
    [{ clientTools: { a: { requireApproval: false, type: 'function' } } }],
  ])('passes with a value that is what happens anyway: %j', (body) => {
    expect(answer(body)).toBeUndefined()
  })

  it.each<[object, string]>([
    [{ structuredOutput: { errorStrategy: 'warn' } }, 'structuredOutput.errorStrategy'],
    [{ memory: { options: { generateTitle: false } } }, 'memory.options.generateTitle'],
    [
      { memory: { options: { workingMemory: { enabled: false } } } },
      'memory.options.workingMemory',
    ],
    [
      { memory: { options: { filterIncompleteToolCalls: false } } },
      'memory.options.filterIncompleteToolCalls',
    ],
    [{ clientTools: { a: {}, b: { requireApproval: true } } }, 'clientTools.b.requireApproval'],
    [{ stopWhen: [null] }, 'stopWhen'],
  ])('does not pass with a value that would change something: %j', (body, field) => {
    expect(answer(body)).toMatchObject({ code: 'option_unsupported', issues: [{ field }] })
  })
})

describe('a name that another framework has', () => {
  it.each(inState('foreign'))(
    '%s: is refused with the form, and what to send',
    (field, path, rule) => {
      for (const value of VALUES) {
        expect(answer(nest(path, value))).toStrictEqual({
          code: 'request_invalid',
          issues: [{ field, message: `It has the form of ${rule.what}. ${rule.note}` }],
        })
      }
      expect(rule.note).toMatch(/^[A-Z].*\.$/)
    },
  )

  it('is not what a misspelt name is said to be', () => {
    const issues = answer({ mesages: 'Hi' })?.issues
    expect(issues).toEqual([
      { field: 'mesages', message: 'There is no such option. Did you mean messages?' },
    ])
  })

  it.each(['prompt', 'input', 'message', 'contents'])('is told of %s with messages', (name) => {
    expect(answer({ [name]: 'Hi' })?.issues?.[0]?.message).toContain('Send messages: ')
  })
})

describe('an option that is served or harmless', () => {
  it.each([...inState('served'), ...inState('harmless')])(
    '%s: passes with any value',
    (_, path) => {
      for (const value of [null, 'x', 7, []]) expect(answer(nest(path, value))).toBeUndefined()
    },
  )

  it.each(inState('harmless'))('%s: has a reason', (_, __, { note }) => {
    expect(note).toMatch(/^[A-Z].*\.$/)
  })
})

describe('a name that nobody has', () => {
  it.each<[object, string, string]>([
    [{ maxStep: 1 }, 'maxStep', 'Did you mean maxSteps?'],
    [{ requireToolAproval: true }, 'requireToolAproval', 'Did you mean requireToolApproval?'],
    [{ MESSAGES: 'x' }, 'MESSAGES', 'Did you mean messages?'],
    [{ memory: { treads: 't' } }, 'memory.treads', 'Did you mean thread?'],
    [{ clientTools: { a: { desc: 'x' } } }, 'clientTools.a.desc', 'Leave it out.'],
    [JSON.parse('{"__proto__":1}') as object, '__proto__', 'Leave it out.'],
    [{ constructor: 1 }, 'constructor', 'Leave it out.'],
    [{ zzz: null }, 'zzz', 'Leave it out.'],
  ])('is refused with the nearest name: %j', (body, field, hint) => {
    expect(answer(body)).toStrictEqual({
      code: 'request_invalid',
      issues: [{ field, message: `There is no such option. ${hint}` }],
    })
  })

  it('is told beside an option that is not served', () => {
    const refusal = answer({ zzz: 1, stopWhen: 1 })
    expect(refusal?.code).toBe('option_unsupported')
    expect(refusal?.issues?.map(({ field }) => field)).toStrictEqual(['zzz', 'stopWhen'])
  })

  it('is looked for no further than issues are told', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => [`name${index}`, 1] as const)
    const refusal = answer(Object.fromEntries(names))
    expect(refusal?.issues).toHaveLength(BOUNDS.issues.limit)
    const tools = Object.fromEntries(names.map(([name]) => [name, { bad: 1 }]))
    expect(answer({ clientTools: tools })?.issues).toHaveLength(BOUNDS.issues.limit)
  })

  it('is cut where it is longer than names are', () => {
    const name = 'secret-'.repeat(20)
    expect(JSON.stringify(answer({ [name]: 1 }))).not.toContain('secret-secret-')
    expect(JSON.stringify(answer({ clientTools: { [name]: { b: 1 } } }))).not.toContain('t-secret-')
  })
})

describe('what is no object', () => {
  it.each([null, 'x', 7, [], [{ zzz: 1 }], { memory: 'x', clientTools: 7, modelSettings: null }])(
    'is left to the schema: %j',
    (body) => {
      expect(answer(body)).toBeUndefined()
    },
  )
})

describe('a query', () => {
  const messages = (query: Record<string, string | string[]>) =>
    refusalOf(() => checkQueryOptions(MESSAGES_QUERY, query))

  it.each<[Record<string, string | string[]>]>([
    [
      {
        page: '0',
        perPage: 'false',
        orderBy: '{"field":"createdAt"}',
        includeSystemReminders: 'true',
      },
    ],
    [{ filter: '{"dateRange":{"start":"x"},"metadata":{"zzz":1}}' }],
    [{ include: '[{"id":"a","withPreviousMessages":1}]' }],
    [{ include: 'no JSON', filter: '', orderBy: ['{"zzz":1}', '{}'] }],
    [{ vectorSearchString: '', memoryConfig: '{}' }],
  ])('passes with parameters that are served, whatever their values: %j', (query) => {
    expect(messages(query)).toBeUndefined()
  })

  it.each<[Record<string, string>, string, string]>([
    [{ vectorSearchString: 'x' }, 'vectorSearchString', 'option_unsupported'],
    [{ memoryConfig: '{"lastMessages":1}' }, 'memoryConfig', 'option_unsupported'],
    [
      { include: '[{"id":"a"},{"id":"b","threadId":"t"}]' },
      'include.1.threadId',
      'option_unsupported',
    ],
    [{ include: '[{"ids":"a"}]' }, 'include.0.ids', 'request_invalid'],
    [{ filter: '{"dateRange":{"from":"x"}}' }, 'filter.dateRange.from', 'request_invalid'],
    [{ limit: '5' }, 'limit', 'request_invalid'],
  ])('does not pass with others: %j', (query, field, code) => {
    expect(messages(query)).toMatchObject({ code, issues: [{ field }] })
  })

  it('has a table for each route', () => {
    expect(refusalOf(() => checkQueryOptions(SEARCH_QUERY, { limit: '5' }))).toBeUndefined()
  })
})
