import { createHash, randomBytes } from 'node:crypto'
import { spellApiKey } from './form.js'

/** Makes a fresh key of 256 random bits. It is shown once, and kept only as `apiKeyDigest` gives it. */
export function createApiKey(): string {
  return spellApiKey(randomBytes(32))
}

/**
 * SHA-256 of a whole key, in hex: all that is kept of it. Neither salt nor a slow hash is needed, because
 * nobody can try out 256 random bits.
 */
export function apiKeyDigest(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex')
}
