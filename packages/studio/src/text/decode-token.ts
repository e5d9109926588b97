/** The content of a token. Nothing of it is verified. */
export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** In Base64url. */
  readonly signature: string
}

/** Which part of a token cannot be read. */
type TokenPart = 'form' | 'header' | 'claims'

/** A text that is not a token. */
export interface UndecodableToken {
  readonly problem: TokenPart
}

function decodeBase64Url(text: string): string | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function decodeObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decodeBase64Url(part) ?? '')
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Decodes a compact JSON Web Token (RFC 7519 section 7.2) without verifying it. */
export function decodeToken(text: string): DecodedToken | UndecodableToken {
  const parts = text.split('.')
  const [first = '', second = '', signature = ''] = parts
  if (parts.length !== 3 || !/^[\w-]*$/.test(signature)) return { problem: 'form' }
  const header = decodeObject(first)
  if (header === undefined) return { problem: 'header' }
  const claims = decodeObject(second)
  return claims === undefined ? { problem: 'claims' } : { header, claims, signature }
}

/** A time claim in ms since 1970; undefined where it is absent or not a number. */
export function timeClaim(decoded: DecodedToken, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value = decoded.claims[name]
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : undefined
}
