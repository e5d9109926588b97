import { describe, expect, it, vi } from 'vitest'
import { MemoryProofRegister, proofKey } from './proof-register.js'

const START = 1_900_000_000_000

function registerAt(start: number, maxProofs = 10) {
  const clock = { now: start }
  return { clock, register: new MemoryProofRegister({ maxProofs, now: () => clock.now }) }
}

describe('the name of a proof', () => {
  it('has 43 characters, however long its jti is', () => {
    expect(proofKey('a'.repeat(43), 'b'.repeat(5000))).toMatch(/^[\w-]{43}$/)
  })

  it('is another one for another key and for another jti, wherever one ends', () => {
    const names = [
      proofKey('a', 'bc'),
      proofKey('ab', 'c'),
      proofKey('a', 'bd'),
      proofKey('a","b', 'c'),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(proofKey('a', 'bc')).toBe(names[0])
  })
})

describe('the register in memory (RFC 9449 section 11.1)', () => {
  it('knows the first use of a proof from each later one', () => {
    const { register } = registerAt(START)
    expect(register.register('one', START + 60_000)).toBe(true)
    expect(register.register('one', START + 60_000)).toBe(false)
    expect(register.register('one', START + 90_000)).toBe(false)
    expect(register.register('two', START + 60_000)).toBe(true)
  })

  it('remembers a proof until it would be refused for its age, and no longer than a second more', () => {
    const { clock, register } = registerAt(START)
    register.register('one', START + 60_000)
    clock.now = START + 59_999
    expect(register.register('one', START + 60_000)).toBe(false)
    clock.now = START + 61_000
    expect(register.register('one', START + 120_000)).toBe(true)
  })

  it('refuses to answer when it is full, and forgets nothing that is good', () => {
    const { clock, register } = registerAt(START, 2)
    register.register('one', START + 60_000)
    register.register('two', START + 30_000)
    expect(() => register.register('three', START + 60_000)).toThrow('full')
    expect(register.register('one', START + 60_000)).toBe(false)
    clock.now = START + 31_000
    expect(register.register('three', START + 60_000)).toBe(true)
    expect(register.register('one', START + 60_000)).toBe(false)
  })

  it('holds as many again after each window', () => {
    const { clock, register } = registerAt(START, 100)
    for (let round = 0; round < 50; round++) {
      for (let each = 0; each < 100; each++) {
        expect(register.register(`${round}.${each}`, clock.now + 1000)).toBe(true)
      }
      clock.now += 2000
    }
  })

  it('does not forget a proof because the clock was set forward for a moment', () => {
    vi.useFakeTimers({ now: START, toFake: ['Date'] })
    try {
      const register = new MemoryProofRegister()
      register.register('one', START + 60_000)
      vi.setSystemTime(START + 3_600_000)
      register.register('two', START + 3_660_000)
      vi.setSystemTime(START)
      expect(register.register('one', START + 60_000)).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([Number.NaN, Infinity, -Infinity])('takes %s for no time', (expiresAt) => {
    const { register } = registerAt(START)
    expect(() => register.register('one', expiresAt)).toThrow(RangeError)
    expect(register.register('one', START + 1000)).toBe(true)
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity, '5', null])('cannot hold %j proofs', (maxProofs) => {
    expect(() => new MemoryProofRegister({ maxProofs: maxProofs as number })).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringContaining('maxProofs'),
      }),
    )
  })
})
