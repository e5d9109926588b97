import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { secretSlip } from './secret-slip.js'

const SECRET = 'kP3vN8qR2xW7yT4zB9mC6dF1gH5jL0sA'

describe('secretSlip', () => {
  it.each([
    [`${SECRET}\n`, 'white space at its end'],
    [`${SECRET}\r`, 'white space at its end'],
    [`${SECRET}\r\n`, 'white space at its end'],
    [`${SECRET} `, 'white space at its end'],
    [`${SECRET}\t`, 'white space at its end'],
    [`${SECRET}\u00a0`, 'white space at its end'],
    [` ${SECRET}`, 'white space at its beginning'],
    [`\ufeff${SECRET}`, 'white space at its beginning'],
    [`\n${SECRET} `, 'white space at both ends'],
    [`"${SECRET}"`, 'quotes around it'],
    [`'${SECRET}'`, 'quotes around it'],
    [`\`${SECRET}\``, 'quotes around it'],
  ])('names what somebody pasted along: %j', (text, slip) => {
    expect(secretSlip(Buffer.from(text))).toBe(slip)
  })

  it.each([
    SECRET,
    'a secret with blanks in it, and "quotes", too',
    `"${SECRET}'`,
    `${SECRET}"`,
    `"`,
    `${SECRET}ä`,
  ])('says nothing of %j', (text) => {
    expect(secretSlip(Buffer.from(text))).toBeUndefined()
  })

  it('says nothing of random bytes, whatever they end with', () => {
    for (const end of [0x0a, 0x0d, 0x20, 0x09]) {
      const bytes = Buffer.concat([Buffer.from([0xff, 0x00]), randomBytes(29), Buffer.from([end])])
      expect(secretSlip(bytes)).toBeUndefined()
    }
  })
})
