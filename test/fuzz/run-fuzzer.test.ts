import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Violation, type Fuzzer, type Subject } from './fuzzer.js'
import { runFuzzer, type Finding, type RunOptions } from './run-fuzzer.js'

/** How a fuzzer of numbers differs from one that finds nothing. */
interface Numbers {
  readonly check?: (value: number) => void
  readonly end?: () => void
  readonly unseen?: readonly string[]
  readonly close?: () => void
}

/** Tries numbers, and keeps which ones it tried. */
function numberFuzzer(numbers: Numbers = {}): { fuzzer: Fuzzer<number>; tried: number[] } {
  const tried: number[] = []
  const subject: Subject<number> = {
    begin: async () => ({
      cases: fc.nat({ max: 1_000_000 }),
      async check(value, count) {
        tried.push(value)
        numbers.check?.(value)
        count(value % 2 === 0 ? 'even' : 'odd')
      },
      describe: (value) => ({ value }),
      end: async () => numbers.end?.(),
    }),
    residentBytes: async () => 1_000_000,
    unseen: () => numbers.unseen ?? [],
    close: async () => numbers.close?.(),
  }
  const fuzzer = {
    name: 'numbers',
    casesPerBatch: 100,
    casesToSeeAll: 200,
    lanes: 2,
    open: async () => subject,
  }
  return { fuzzer, tried }
}

async function runNumbers(numbers: Numbers, options: Partial<RunOptions> = {}) {
  const findings: Finding[] = []
  const { fuzzer, tried } = numberFuzzer(numbers)
  const result = await runFuzzer(fuzzer, {
    seed: 7,
    forMs: 60_000,
    batch: 0,
    onFinding: (finding) => findings.push(finding),
    ...options,
  })
  return { result, findings, tried }
}

describe('a run of cases', () => {
  it('tries the same cases for the same seed and batch, and others for others', async () => {
    const { tried } = await runNumbers({})
    expect(tried).toHaveLength(100)
    expect((await runNumbers({})).tried).toStrictEqual(tried)
    expect((await runNumbers({}, { batch: 1 })).tried).not.toStrictEqual(tried)
    expect((await runNumbers({}, { seed: 8 })).tried).not.toStrictEqual(tried)
  })

  it('counts each verdict, and the cases', async () => {
    const { result, tried, findings } = await runNumbers({})
    const even = tried.filter((value) => value % 2 === 0).length
    expect(Object.fromEntries(result.counts)).toStrictEqual({ even, odd: 100 - even })
    expect(result).toMatchObject({ cases: 100, findings: 0, resident: [1_000_000, 1_000_000] })
    expect(findings).toStrictEqual([])
  })

  it('begins no case once its time is over', async () => {
    const { result } = await runNumbers({}, { batch: undefined, forMs: 0 })
    expect(result.cases).toBe(0)
  })

  it('ends when it is interrupted, and does not count what comes of that', async () => {
    const controller = new AbortController()
    const check = () => {
      controller.abort()
      throw new Violation('nobody interrupts')
    }
    const { result } = await runNumbers({ check }, { batch: undefined, signal: controller.signal })
    expect(result).toMatchObject({ cases: 1, findings: 0 })
  })

  it('keeps the smallest case that breaks a rule, and what runs it again', async () => {
    const check = (value: number) => {
      if (value >= 1234) throw new Violation('numbers are small', { value })
    }
    const { result, findings } = await runNumbers({ check }, { batch: 3 })
    expect(result.findings).toBe(1)
    expect(findings).toStrictEqual([
      {
        fuzzer: 'numbers',
        rule: 'numbers are small',
        seed: 7,
        batch: 3,
        case: { value: 1234 },
        facts: { value: 1234 },
      },
    ])
  })

  it('finds an error that is no refusal', async () => {
    const check = (value: number) => {
      if (value > 10) throw new TypeError('not a function')
    }
    const { findings } = await runNumbers({ check })
    expect(findings).toMatchObject([{ rule: 'throws TypeError', case: { value: 11 } }])
  })

  it('finds what shows only behind a batch, and at the end', async () => {
    const end = () => {
      throw new Violation('the server is healthy')
    }
    const close = () => {
      throw new Violation('the server ends')
    }
    const { result, findings } = await runNumbers({ end, close })
    expect(findings.map(({ rule }) => rule)).toStrictEqual([
      'the server is healthy',
      'the server ends',
    ])
    expect(result.findings).toBe(2)
  })

  it('finds that a long run has not seen what it has to see', async () => {
    const unseen = ['negative']
    const { fuzzer } = numberFuzzer({ unseen })
    const findings: Finding[] = []
    const onFinding = (each: Finding) => findings.push(each)
    const options = { seed: 7, batch: 0, forMs: Infinity, onFinding }
    await runFuzzer({ ...fuzzer, casesPerBatch: 200 }, options)
    expect(findings).toMatchObject([{ rule: 'sees what it has to see', facts: { unseen } }])
    expect((await runNumbers({ unseen })).findings).toStrictEqual([])
  })
})
