import { describe, expect, it } from 'vitest'
import { BodyBudget } from './body-budget.js'

describe('the bytes of bodies that are held', () => {
  const create = () => new BodyBudget({ perCaller: 100, total: 150 })

  it('may come to as many as one caller has, in several bodies', () => {
    const budget = create()
    const [first, second] = [budget.hold('alice'), budget.hold('alice')]
    first.add(60)
    expect(second.wouldExceed(40)).toBe(false)
    expect(second.wouldExceed(41)).toBe(true)
  })

  it('may come to as many as all have', () => {
    const budget = create()
    budget.hold('alice').add(90)
    const other = budget.hold('bob')
    expect(other.wouldExceed(60)).toBe(false)
    expect(other.wouldExceed(61)).toBe(true)
  })

  it('may be of any number where no other body is held', () => {
    const budget = create()
    const only = budget.hold('alice')
    only.add(140)
    expect(only.wouldExceed(1000)).toBe(false)
  })

  it('are counted no more once they are released, however often', () => {
    const budget = create()
    const held = budget.hold('alice')
    held.add(100)
    held.release()
    held.release()
    expect(budget.total).toBe(0)
    budget.hold('bob').add(1)
    expect(budget.hold('alice').wouldExceed(100)).toBe(false)
  })
})
