import { createHmac } from 'node:crypto'

/** Of every server that is measured. */
export const SECRET = 'the secret of a benchmark, which nothing else uses'

const HOUR = 3600

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token of HS256 with these claims beside `iat` and `exp`; for twelve hours, unless `exp` is given. */
export function signToken(claims, secret = SECRET) {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iat: now, exp: now + 12 * HOUR, ...claims }
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** The one caller of most rows. */
export const TOKEN = signToken({ sub: 'alice', name: 'Alice' })
/** As `TOKEN`, of another secret. */
export const FORGED_TOKEN = signToken(
  { sub: 'alice', name: 'Alice' },
  'another secret of 32 bytes or more',
)
/** As `TOKEN`, of yesterday. */
export const EXPIRED_TOKEN = signToken({
  sub: 'alice',
  name: 'Alice',
  exp: Math.floor(Date.now() / 1000) - 24 * HOUR,
})

/** Tokens of so many callers, none of whom was ever seen, one a line. */
export function tokenLines(count, prefix) {
  return Array.from({ length: count }, (_, index) =>
    signToken({ sub: `${prefix}-${index}`, name: 'Alice' }),
  ).join('\n')
}
