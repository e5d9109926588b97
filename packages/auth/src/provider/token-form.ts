import { decode, type DecodedToken } from '../jws/decode.js'
import { looksLikeJwt } from '../jws/looks-like-jwt.js'
import { ownMember } from '../lib/object.js'

/** What an unverified look at a token tells. Anyone can write all of it: it may choose who verifies, no more. */
export interface TokenForm {
  /** Whether it has the form of a JSON Web Token, well made or not; else it is opaque. */
  readonly isJwt: boolean
  /** The claim `iss` of a token that can be read, where it is a text. */
  readonly issuer?: string | undefined
  /** The header parameter `alg`, where it is a text. */
  readonly algorithm?: string | undefined
  /** The header parameter `kid`, where it is a text. */
  readonly keyId?: string | undefined
  /** The token itself, for prefixes. It must not be logged. */
  readonly token: string
}

function ownText(object: DecodedToken['payload'], name: string): string | undefined {
  const value = ownMember(object, name)
  return typeof value === 'string' ? value : undefined
}

/** Looks at a token, by the rules of verification but without verifying anything. Frozen. */
export function readTokenForm(token: string): TokenForm {
  const decoded = decode(token)
  if (decoded === undefined) return Object.freeze({ isJwt: looksLikeJwt(token), token })
  const { header, payload } = decoded
  return Object.freeze({
    isJwt: true,
    issuer: ownText(payload, 'iss'),
    algorithm: ownText(header, 'alg'),
    keyId: ownText(header, 'kid'),
    token,
  })
}
