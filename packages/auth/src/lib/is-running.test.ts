import { spawnSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { isRunning } from './is-running.js'

describe('a process', () => {
  it('runs where a signal would reach it', () => {
    expect(isRunning(process.pid)).toBe(true)
  })

  it('runs where it is of another user', () => {
    const refusal = Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw refusal
    })
    expect(isRunning(1)).toBe(true)
    expect(kill.mock.calls).toStrictEqual([[1, 0]])
    kill.mockRestore()
  })

  it('does not run once it has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version'], { timeout: 20_000 })
    expect(isRunning(pid)).toBe(false)
  })
})
