import { TokenError } from '../error.js'
import { checkSize, parseCompact, parseJsonObject, type TokenHeader } from './compact.js'
import { deepFreeze } from '../lib/freeze.js'

/** A token taken apart and not verified: anyone can have written it. Deep-frozen. */
export interface DecodedToken {
  readonly header: TokenHeader
  /** The claims as they were sent, of whatever type. */
  readonly payload: Readonly<Record<string, unknown>>
  /** In base64url; empty where there is none. */
  readonly signature: string
}

/** A token larger than this is not read at all. No request carries one: its headers would be too large. */
export const MAX_DECODED_BYTES = 65_536

/**
 * Reads a token by the same strict rules as verification, so that what it says here is what a verifier
 * would read, and verifies nothing.
 *
 * @returns undefined for what is not a JWT: no three parts in canonical base64url, no JSON objects, or
 *   larger than 64 KiB
 */
export function decode(token: unknown): DecodedToken | undefined {
  try {
    checkSize(token, MAX_DECODED_BYTES)
    const { header, payload, signature } = parseCompact(token)
    return deepFreeze({
      header,
      payload: parseJsonObject(payload, 'payload'),
      signature: signature.toString('base64url'),
    })
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error
    return undefined
  }
}
