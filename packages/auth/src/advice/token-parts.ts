import { isJsonObject } from '../lib/object.js'

/** What can be read of a token, whole or not. Nothing of it is verified. */
export interface TokenParts {
  /** The texts between the dots. */
  readonly parts: readonly string[]
  /** The first part as text, and what it says; undefined where it is not a JSON object. */
  readonly header: Readonly<Record<string, unknown>> | undefined
  /** The second part as text, and what it says; undefined where it is not a JSON object. */
  readonly claims: Readonly<Record<string, unknown>> | undefined
  readonly headerText: string
  readonly claimsText: string
}

/** A text in base64 of either alphabet, read as far as it goes. */
function decode(part: string): string {
  const plain = part
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '')
  const whole = plain.length % 4 === 1 ? plain.slice(0, -1) : plain
  const bytes = Uint8Array.from(atob(whole), (character) => character.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Takes a token apart as far as that goes, also one that a verifier refuses for its spelling. */
export function readParts(token: string): TokenParts {
  const parts = token.split('.')
  const [headerText, claimsText] = [decode(parts[0] ?? ''), decode(parts[1] ?? '')]
  return {
    parts,
    headerText,
    claimsText,
    header: readObject(headerText),
    claims: readObject(claimsText),
  }
}

/** How many whole bytes a text in base64url stands for. */
export function byteCount(part: string): number {
  return Math.floor((part.length * 6) / 8)
}
