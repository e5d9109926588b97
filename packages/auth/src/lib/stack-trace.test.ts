import { describe, expect, it } from 'vitest'
import { pauseStackTraces, resumeStackTraces } from './stack-trace.js'

const hasPlace = ({ stack }: Error): boolean => / at /.test(stack ?? '')

describe('errors that are created while stack traces are paused', () => {
  it('have no stack, and those before and after have one', () => {
    const { stackTraceLimit } = Error
    const before = new Error('before')
    const limit = pauseStackTraces()
    const within = new Error('within')
    resumeStackTraces(limit)
    const after = new Error('after')
    expect([before, within, after].map(hasPlace)).toStrictEqual([true, false, true])
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  })
})
