import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import { signatureOptions } from '../signature-options.mjs'

function hmacCheck({ verifyingKey }) {
  return (input, signature) => {
    const expected = createHmac('sha256', verifyingKey).update(input, 'latin1').digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
}

function publicKeyCheck(algorithm, { verifyingKey }) {
  const { hash, ...options } = signatureOptions(algorithm)
  const key = { key: verifyingKey, ...options }
  return (input, signature) => verify(hash, Buffer.from(input, 'latin1'), key, signature)
}

function readJson(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

/** The least that can be called a check, and the measure of all others: it is 1.00. */
export function bare(algorithm, keys) {
  const check = algorithm === 'HS256' ? hmacCheck(keys) : publicKeyCheck(algorithm, keys)
  return {
    name: 'bare',
    verify(token) {
      const [header, payload, signature] = token.split('.')
      if (readJson(header).alg !== algorithm) throw new Error('algorithm')
      const input = token.slice(0, header.length + 1 + payload.length)
      if (!check(input, Buffer.from(signature, 'base64url'))) throw new Error('signature')
      const claims = readJson(payload)
      if (!(Date.now() < claims.exp * 1000)) throw new Error('exp')
      return claims
    },
  }
}
