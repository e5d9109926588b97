import { describe, expect, it, vi } from 'vitest'
import type { WorkflowSnapshot, WorkflowStatus } from './snapshot.js'
import { watchRun, type WatchedRun } from './watch-run.js'

const snapshotOf = (status: WorkflowStatus): WorkflowSnapshot => ({
  version: 1,
  workflowId: 'flow',
  runId: 'r',
  graph: '',
  status,
  state: {},
  records: {},
  createdAt: 0,
  updatedAt: 0,
})

/** A run that stands so, one look after the other. */
function watched(looks: readonly (readonly [revision: string, status: WorkflowStatus])[]) {
  let look = -1
  const read = vi.fn<WatchedRun['read']>(async () => snapshotOf(looks[look]?.[1] ?? 'running'))
  const revision = vi.fn<WatchedRun['revision']>(async () => looks[++look]?.[0])
  return { read, revision }
}

async function statusesOf(run: ReturnType<typeof watched>, signal = new AbortController().signal) {
  const statuses: WorkflowStatus[] = []
  for await (const { status } of watchRun(run, signal)) statuses.push(status)
  return statuses
}

describe('watchRun', () => {
  it('reads a run only where it has changed, until it ends', async () => {
    const run = watched([
      ['1', 'running'],
      ['1', 'running'],
      ['1', 'running'],
      ['2', 'waiting'],
      ['2', 'waiting'],
      ['3', 'success'],
    ])
    expect(await statusesOf(run)).toStrictEqual(['running', 'waiting', 'success'])
    expect(run.read).toHaveBeenCalledTimes(3)
    expect(run.revision).toHaveBeenCalledTimes(6)
  })

  it('ends where the run waits for somebody', async () => {
    expect(await statusesOf(watched([['1', 'suspended']]))).toStrictEqual(['suspended'])
  })

  it('ends where the run was deleted', async () => {
    expect(await statusesOf(watched([['1', 'running']]))).toStrictEqual(['running'])
    expect(await statusesOf(watched([]))).toStrictEqual([])
  })

  it('ends with its signal, and throws nothing', async () => {
    const ending = new AbortController()
    const run = watched([['1', 'running']])
    const snapshots = watchRun(run, ending.signal)
    await snapshots.next()
    const next = snapshots.next()
    ending.abort()
    expect(await next).toStrictEqual({ done: true, value: undefined })
    expect(run.revision).toHaveBeenCalledTimes(1)
  })
})
