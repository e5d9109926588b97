import { describe, expect, it } from 'vitest'
import { UnreadAnswers } from './unread.js'

/** Connections, and whether they were ended. */
function connections(count: number) {
  return Array.from({ length: count }, () => {
    return {
      isEnded: false,
      resetAndDestroy() {
        this.isEnded = true
      },
    }
  })
}

const ended = (all: ReturnType<typeof connections>) => all.map(({ isEnded }) => isEnded)

describe('UnreadAnswers', () => {
  it('ends nobody up to the bounds', () => {
    const unread = new UnreadAnswers({ total: 30, perCaller: 20 })
    const all = connections(3)
    for (const [index, connection] of all.entries())
      unread.begin(connection, `caller ${index % 2}`, 10)
    expect(ended(all)).toStrictEqual([false, false, false])
    expect(unread.total).toBe(30)
  })

  it('ends the slowest of a caller who has too many bytes, and nobody else', () => {
    const unread = new UnreadAnswers({ total: 1000, perCaller: 20 })
    const all = connections(4)
    unread.begin(all[0]!, 'other', 20)
    const first = unread.begin(all[1]!, 'caller', 10)
    unread.begin(all[2]!, 'caller', 10)
    unread.take(first, 1)
    unread.begin(all[3]!, 'caller', 10)
    expect(ended(all)).toStrictEqual([false, false, true, false])
    expect(unread.total).toBe(20 + 9 + 10)
  })

  it('ends those of the caller who has the most, where all have too many', () => {
    const unread = new UnreadAnswers({ total: 40, perCaller: 1000 })
    const all = connections(5)
    unread.begin(all[0]!, 'modest', 5)
    unread.begin(all[1]!, 'greedy', 15)
    unread.begin(all[2]!, 'greedy', 15)
    unread.begin(all[3]!, 'modest', 5)
    unread.begin(all[4]!, 'new', 10)
    expect(ended(all)).toStrictEqual([false, true, false, false, false])
    expect(unread.total).toBe(35)
  })

  it('spares the answer that has just begun, however large', () => {
    const unread = new UnreadAnswers({ total: 40, perCaller: 20 })
    const all = connections(2)
    unread.begin(all[0]!, 'caller', 10)
    unread.begin(all[1]!, 'caller', 100)
    expect(ended(all)).toStrictEqual([true, false])
    expect(unread.total).toBe(100)
  })

  it('counts no more what was taken, ended or given up, and nothing twice', () => {
    const unread = new UnreadAnswers({ total: 40, perCaller: 40 })
    const [connection] = connections(1)
    const waiting = unread.begin(connection!, 'caller', 30)
    unread.take(waiting, 10)
    expect(unread.total).toBe(20)
    unread.end(waiting)
    unread.end(waiting)
    unread.take(waiting, 10)
    expect(unread.total).toBe(0)
  })
})
