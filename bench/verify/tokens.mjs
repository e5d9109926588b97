import { createHmac, sign } from 'node:crypto'
import { makeClaims } from './claims.mjs'
import { signatureOptions } from './signature-options.mjs'

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function makeSignature(algorithm, key, input) {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(input).digest()
  const { hash, ...options } = signatureOptions(algorithm)
  return sign(hash, Buffer.from(input), { key, ...options })
}

/** One token in the JWS compact serialization, as text. `payload` is JSON text. */
export function signText(algorithm, keys, payload) {
  const header = encode({ alg: algorithm, typ: 'JWT' })
  const input = `${header}.${Buffer.from(payload).toString('base64url')}`
  return `${input}.${makeSignature(algorithm, keys.signingKey, input).toString('base64url')}`
}

/**
 * Many different valid tokens, each as the bytes that a socket would deliver.
 * @returns {Buffer[]}
 */
export function makeTokens(algorithm, keys, { count, sizeKb, expiresIn }) {
  return Array.from({ length: count }, (_, index) => {
    const claims = makeClaims(index, sizeKb, expiresIn)
    return Buffer.from(signText(algorithm, keys, JSON.stringify(claims)), 'latin1')
  })
}

/** The same token with one bit of its signature turned, still in canonical base64url. */
export function breakSignature(bytes) {
  const text = bytes.toString('latin1')
  const dot = text.lastIndexOf('.')
  const signature = Buffer.from(text.slice(dot + 1), 'base64url')
  signature[signature.length >> 1] ^= 1
  return Buffer.from(`${text.slice(0, dot)}.${signature.toString('base64url')}`, 'latin1')
}
