import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { measureSecret } from './secret-measure.js'

const measure = (text: string) => measureSecret(Buffer.from(text))

describe('measureSecret', () => {
  it('counts bytes, and characters that differ', () => {
    expect(measure('äbäb-äbäb')).toMatchObject({ byteLength: 13, distinctCharacters: 3 })
  })

  it('counts bytes that differ where the secret is no text', () => {
    expect(measureSecret(Buffer.from([0xff, 0xfe, 0xff]))).toMatchObject({ distinctCharacters: 2 })
  })

  it.each([
    ['a'.repeat(40), 1],
    ['password'.repeat(5), 8],
    [`${'password'.repeat(5)}pass`, 8],
    ['password and password', 21],
    ['', 0],
  ])('finds after how many bytes it begins again: %j', (text, length) => {
    expect(measure(text).repeatsAfter).toBe(length)
  })

  it('knows digits from anything else', () => {
    expect(measure('1234567890').isDigitsOnly).toBe(true)
    expect(measure('123456789a').isDigitsOnly).toBe(false)
    expect(measure('').isDigitsOnly).toBe(false)
  })

  it('holds nothing of the secret', () => {
    const secret = randomBytes(48).toString('base64url')
    expect(JSON.stringify(measure(secret))).not.toContain(secret.slice(0, 4))
    expect(Object.values(measure(secret)).every((value) => typeof value !== 'string')).toBe(true)
  })
})
