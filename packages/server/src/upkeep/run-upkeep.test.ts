import { argumentsDigest, createMemoryRuns, type NewRunApproval } from '@signet/core'
import { createLogRecorder } from '@signet/test-support/application/application'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunUpkeep } from './run-upkeep.js'

const MINUTE = 60_000
const OWNER = 'a'.repeat(64)
const asker = { issuer: 'local', subject: 'alice' }

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const runOf = (id: string) => ({ id, kind: 'agent', target: 'clerk', snapshot: {} }) as const

const suspensionOf = (ttlMs: number): NewRunApproval => ({
  toolCallId: 'c',
  toolId: 'book',
  toolName: 'book',
  args: {},
  digest: argumentsDigest({}),
  byOther: false,
  asker,
  suspension: { payload: { question: 'Which seat?' } },
  ttlMs,
})

function begin() {
  const runs = createMemoryRuns()
  const { logger, lines } = createLogRecorder()
  const upkeep = new RunUpkeep({ runs: () => runs, logger, days: 30 })
  upkeep.begin()
  const statusOf = async (id: string) => {
    const { status, failure } = (await runs.get(OWNER, id)) ?? {}
    return [status, failure?.code]
  }
  return { runs, upkeep, lines, statusOf }
}

describe('the upkeep of runs', () => {
  it('ends an answer whose process was killed while it went on, and does not begin it again', async () => {
    const { runs, statusOf, upkeep } = begin()
    const approvals = [suspensionOf(10 * MINUTE)]
    await runs.create(OWNER, runOf('r'), { status: 'suspended', approvals, ttlMs: 10 * MINUTE })
    const killed = await runs.claim(OWNER, 'r', { holder: 'killed', ttlMs: 30_000 })
    expect(killed).toMatchObject({ lease: { attempt: 1 } })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(await statusOf('r')).toStrictEqual(['failed', 'interrupted'])
    expect(await runs.claim(OWNER, 'r', { holder: 'late', ttlMs: 30_000 })).toBe('ended')
    await upkeep.end()
  })

  it('leaves an answer alone that goes on, and one that may still be resumed', async () => {
    const { runs, statusOf, upkeep } = begin()
    const approvals = [suspensionOf(10 * MINUTE)]
    for (const id of ['held', 'waiting']) {
      await runs.create(OWNER, runOf(id), { status: 'suspended', approvals, ttlMs: 10 * MINUTE })
    }
    await runs.claim(OWNER, 'held', { holder: 'alive', ttlMs: 5 * MINUTE })
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(await statusOf('held')).toStrictEqual(['running', undefined])
    expect(await statusOf('waiting')).toStrictEqual(['suspended', undefined])
    await upkeep.end()
  })

  it('ends an answer that nobody resumed in time, and deletes it after thirty days', async () => {
    const { runs, statusOf, upkeep } = begin()
    const approvals = [suspensionOf(MINUTE)]
    await runs.create(OWNER, runOf('r'), { status: 'suspended', approvals, ttlMs: MINUTE })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(await statusOf('r')).toStrictEqual(['failed', 'approval_expired'])
    await vi.advanceTimersByTimeAsync(29 * 24 * 60 * MINUTE)
    expect(await statusOf('r')).toStrictEqual(['failed', 'approval_expired'])
    await vi.advanceTimersByTimeAsync(2 * 24 * 60 * MINUTE)
    expect(await runs.get(OWNER, 'r')).toBeUndefined()
    await upkeep.end()
  })

  it('goes on after a storage that could not be reached, and tells the log', async () => {
    const { runs, statusOf, upkeep, lines } = begin()
    const approvals = [suspensionOf(MINUTE)]
    await runs.create(OWNER, runOf('r'), { status: 'suspended', approvals, ttlMs: MINUTE })
    const claimDue = vi.spyOn(runs, 'claimDue').mockRejectedValueOnce(new Error('down'))
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(lines.map(({ message }) => message)).toStrictEqual([
      'Old runs could not be ended or deleted just now.',
    ])
    expect(await statusOf('r')).toStrictEqual(['suspended', undefined])
    claimDue.mockRestore()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(await statusOf('r')).toStrictEqual(['failed', 'approval_expired'])
    await upkeep.end()
  })

  it('does nothing more after its end', async () => {
    const { runs, statusOf, upkeep } = begin()
    await upkeep.end()
    const approvals = [suspensionOf(MINUTE)]
    await runs.create(OWNER, runOf('r'), { status: 'suspended', approvals, ttlMs: MINUTE })
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(await statusOf('r')).toStrictEqual(['suspended', undefined])
  })
})
