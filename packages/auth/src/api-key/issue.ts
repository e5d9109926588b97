import { randomBytes } from 'node:crypto'
import type { ApiKeyRecord } from './api-key-store.js'
import { containsCredential } from './credential-text.js'
import type { KeyMaker } from './maker.js'
import { apiKeyDigest, createApiKey } from './make.js'

const MAX_NAME = 100
const ID_BYTES = 10

/**
 * Whether a key can be called this: 1 to 100 characters, none of which would play tricks on a terminal. A name
 * is shown in lists, and so no place for a key that somebody pastes.
 */
export function isApiKeyName(text: string): boolean {
  if (text.length > MAX_NAME || text.trim() === '' || containsCredential(text)) return false
  return !/[\p{Cc}\p{Surrogate}\p{Bidi_Control}]/u.test(text)
}

/** What a new key is to be. Its scopes must have been checked against its maker. */
export interface NewApiKey {
  readonly name: string
  readonly scopes: readonly string[]
  readonly maker: KeyMaker
  /** Of the maker's principal. */
  readonly makerIssuer: string
  readonly makerSubject: string
  /** In milliseconds since 1970. */
  readonly createdAt: number
  /** In milliseconds since 1970; undefined for never. */
  readonly expiresAt: number | undefined
}

/** A key that has just been made. */
export interface IssuedApiKey {
  /** The key itself, to be shown once. */
  readonly key: string
  readonly record: ApiKeyRecord
}

/** Makes a key and the record that is kept of it. Keeps neither. */
export function issueApiKey(options: NewApiKey): IssuedApiKey {
  const key = createApiKey()
  const unused = { lastUsedAt: undefined, revokedAt: undefined }
  // Short enough to be typed at a terminal, and nothing there takes it for a flag.
  const id = randomBytes(ID_BYTES).toString('hex')
  return { key, record: { id, digest: apiKeyDigest(key), ...options, ...unused } }
}
