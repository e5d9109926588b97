import { describe, expect, it } from 'vitest'
import { WORKFLOW_LIMITS } from './limits.js'
import { RunShelf, type ShelvedRun } from './run-shelf.js'

const made = (runId: string, more: Partial<ShelvedRun> = {}): ShelvedRun => ({
  runId,
  workflowId: 'w',
  bytes: 1,
  isOver: false,
  ...more,
})

describe('the runs that a process keeps', () => {
  it('are found by their owner alone, and by their workflow', () => {
    const shelf = new RunShelf()
    const run = made('r1')
    shelf.add('alice', run)
    expect(shelf.get('alice', 'w', 'r1')).toBe(run)
    for (const [owner, workflow, id] of [
      ['bob', 'w', 'r1'],
      ['alice', 'other', 'r1'],
      ['alice', 'w', 'r2'],
      ['__proto__', 'w', 'r1'],
      ['', 'w', 'r1'],
    ] as const) {
      expect(shelf.get(owner, workflow, id)).toBeUndefined()
    }
  })

  it('cannot be confused by what stands in their names', () => {
    const shelf = new RunShelf()
    shelf.add('a', made('c', { workflowId: 'a","b' }))
    expect(shelf.get('a', 'a', 'b","c')).toBeUndefined()
    expect(shelf.list('a', 'a')).toEqual([])
  })

  it('are listed with the newest first, and forgotten where they are deleted', () => {
    const shelf = new RunShelf()
    for (const id of ['r1', 'r2', 'r3']) shelf.add('alice', made(id))
    shelf.delete('alice', 'w', 'r2')
    shelf.delete('bob', 'w', 'r1')
    expect(shelf.list('alice', 'w').map(({ runId }) => runId)).toEqual(['r3', 'r1'])
    expect(shelf.list('bob', 'w')).toEqual([])
  })

  it('are as many of one owner as there may be: the oldest that has ended goes first', () => {
    const shelf = new RunShelf()
    const { runsPerOwner } = WORKFLOW_LIMITS
    for (let at = 0; at < runsPerOwner; at++) {
      shelf.add('alice', made(`r${at}`, { isOver: at === 3 || at === 5 }))
    }
    shelf.add('alice', made('more'))
    expect(shelf.get('alice', 'w', 'r3')).toBeUndefined()
    expect(shelf.get('alice', 'w', 'r5')).toBeDefined()
    shelf.add('alice', made('yet more'))
    expect(() => shelf.add('alice', made('too much'))).toThrow(
      expect.objectContaining({ code: 'runs_full' }),
    )
    // Another owner has room of their own.
    shelf.add('bob', made('r1'))
  })

  it('have no more bytes of one owner than there may be', () => {
    const shelf = new RunShelf()
    const bytes = WORKFLOW_LIMITS.bytesPerOwner
    shelf.add('alice', made('large', { bytes, isOver: true }))
    shelf.add('alice', made('next', { bytes }))
    expect(shelf.get('alice', 'w', 'large')).toBeUndefined()
    expect(() => shelf.add('alice', made('more'))).toThrow('too many runs')
  })

  it('are as many in all as there may be', () => {
    const shelf = new RunShelf()
    const { runs, runsPerOwner } = WORKFLOW_LIMITS
    for (let at = 0; at < runs; at++) {
      shelf.add(
        `owner ${Math.floor(at / (runsPerOwner / 2))}`,
        made(`r${at}`, { isOver: at === 0 }),
      )
    }
    shelf.add('late', made('r'))
    expect(shelf.get('owner 0', 'w', 'r0')).toBeUndefined()
    expect(() => shelf.add('later', made('r'))).toThrow(
      expect.objectContaining({ code: 'runs_full' }),
    )
  })
})
