import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'

/**
 * @typedef {object} Keys
 * @property {import('node:crypto').KeyObject} signingKey
 * @property {import('node:crypto').KeyObject} verifyingKey the same as `signingKey` for an HMAC
 * @property {string | undefined} secret
 * @property {string | undefined} pem the public key as SPKI
 */

const PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

/**
 * Fresh keys for one algorithm.
 * @returns {Keys}
 */
export function makeKeys(algorithm) {
  if (algorithm === 'HS256') {
    const secret = randomBytes(32).toString('base64url')
    const key = createSecretKey(Buffer.from(secret))
    return { signingKey: key, verifyingKey: key, secret, pem: undefined }
  }
  const { privateKey, publicKey } = PAIRS[algorithm]()
  return {
    signingKey: privateKey,
    verifyingKey: publicKey,
    secret: undefined,
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
  }
}
