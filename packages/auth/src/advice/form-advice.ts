import type { Advice, Refusal } from './advice.js'
import { copyWhole, signAnew } from './anew.js'
import { codePoint, isShown, quoted } from './quoted.js'
import { ownMember } from '../lib/object.js'
import { byteCount, readParts, type TokenParts } from './token-parts.js'

/** How long the signature of an algorithm is, in bytes (RFC 7518 section 3, RFC 9864 section 2.2). */
const SIGNATURE_BYTES: Readonly<Record<string, number>> = {
  HS256: 32,
  HS384: 48,
  HS512: 64,
  ES256: 64,
  ES384: 96,
  ES512: 132,
  Ed25519: 64,
}
/** The shortest key of RSA that is accepted has 2048 bits. */
const MIN_RSA_BYTES = 256

/** A signature of another length than its algorithm makes; undefined where the length fits. */
export function signatureLengthAdvice(refusal: Refusal): Advice | undefined {
  const { header, parts } = readParts(refusal.token)
  const signature = parts[2] ?? ''
  const algorithm = ownMember(header, 'alg')
  if (typeof algorithm !== 'string' || parts.length !== 3) return undefined
  const count = byteCount(signature)
  const isRsa = /^[RP]S\d{3}$/.test(algorithm)
  const wanted = isRsa ? MIN_RSA_BYTES : SIGNATURE_BYTES[algorithm]
  if (wanted === undefined || count === wanted || (isRsa && count > wanted)) return undefined
  const expected = `${wanted} bytes${isRsa ? ' or more' : ''}`
  const found = `${count} bytes`
  const start =
    signature === '' ? 'The signature is missing' : count < wanted ? 'Cut off' : 'Too long'
  return {
    cause: `${start}: the signature has ${found}; ${algorithm} needs ${expected.replace(' bytes', '')}.`,
    found,
    expected,
    ...copyWhole(refusal),
  }
}

/** How many characters a token has before the end of the part that is cut. */
function cutWithin(what: string, refusal: Refusal): Advice {
  const { length } = refusal.token
  return {
    cause: `Cut off within the ${what}: the token ends after ${length} characters.`,
    ...copyWhole(refusal),
  }
}

function countAdvice(refusal: Refusal, { parts, header, claims }: TokenParts): Advice {
  const count = parts.length
  if (count === 5) {
    return {
      cause:
        'The token is encrypted: it has five parts, as a JWE has. This server accepts signed tokens, of three parts.',
      found: '5 parts',
      expected: '3 parts',
      ...signAnew('Have its issuer sign the token without encrypting it', refusal),
    }
  }
  if (count === 2 && header !== undefined && claims === undefined)
    return cutWithin('claims', refusal)
  if (count === 1 && refusal.token.startsWith('eyJ')) return cutWithin('header', refusal)
  const lost =
    count === 2 && claims !== undefined ? ' The signature is missing, with the dot before it.' : ''
  return {
    cause: `It has ${count} part${count === 1 ? '' : 's'} between dots; a token has three parts.${lost}`,
    found: `${count} part${count === 1 ? '' : 's'}`,
    expected: '3 parts',
    ...copyWhole(refusal),
  }
}

/** A character that no token has, by its place. */
function characterAdvice(refusal: Refusal): Advice | undefined {
  const index = refusal.token.search(/[^\w.-]/u)
  if (index < 0) return undefined
  const character = String.fromCodePoint(refusal.token.codePointAt(index) ?? 0)
  if (character === '…') {
    return {
      cause: `Cut off: “…” stands in place of the rest, after character ${index}.`,
      ...copyWhole(refusal),
    }
  }
  const name =
    isShown(character) && character !== ' '
      ? `“${character}” (${codePoint(character)})`
      : codePoint(character)
  return {
    cause: `The character ${name} after character ${index} is not part of base64url, so a token cannot have it.`,
    ...copyWhole(refusal),
  }
}

function headerAdvice(refusal: Refusal, { header }: TokenParts): Advice | undefined {
  if (header === undefined) {
    return {
      cause:
        'The header, which is the part before the first dot, is not one JSON object in base64url.',
      ...copyWhole(refusal),
    }
  }
  const extension = ['crit', 'b64'].find((name) => Object.hasOwn(header, name))
  if (extension !== undefined) {
    return {
      cause: `Its header has ${extension}, an extension that is not supported.`,
      ...signAnew(`Sign it without ${extension} in the header`, refusal),
    }
  }
  if (Object.hasOwn(header, 'kid') && typeof header['kid'] !== 'string') {
    return {
      cause: `kid in its header is ${quoted(header['kid'])}, which is not a text.`,
      ...signAnew('Sign it with a text as kid, or without', refusal),
    }
  }
  return undefined
}

/** A name that an object of a JSON text has twice; undefined where none does. */
function nameTwice(json: string): string | undefined {
  const objects: Set<string>[] = []
  // Each text of the JSON is read once, whether it is a name or not.
  for (const [sign, name, colon] of json.matchAll(/"([^"\\]*(?:\\.[^"\\]*)*)"?(\s*:)?|[{}]/g)) {
    if (sign === '{') objects.push(new Set())
    else if (sign === '}') objects.pop()
    if (name === undefined || colon === undefined) continue
    const names = objects.at(-1)
    if (names?.has(name) === true) return name
    names?.add(name)
  }
  return undefined
}

function claimsAdvice(
  refusal: Refusal,
  { claims, claimsText, parts }: TokenParts,
): Advice | undefined {
  const twice = claims === undefined ? undefined : nameTwice(claimsText)
  if (twice !== undefined) {
    return {
      cause: `The token has the claim ${quoted(twice)} twice, so two readers could read different values.`,
      ...signAnew('Sign it with each claim once', refusal),
    }
  }
  if (claims !== undefined) return undefined
  const isCut = claimsText.startsWith('{') && !claimsText.trimEnd().endsWith('}')
  const length = (parts[1] ?? '').length
  const cut = isCut ? ` They are cut off, after ${length} characters.` : ''
  return {
    cause: `The claims, which are the payload between the dots, are not one JSON object in base64url.${cut}`,
    ...copyWhole(refusal),
  }
}

/** A key of another service in place of a token. */
const FOREIGN_KEY = /^(?:sk|pk|rk)[-_]|^gh[pousr]_|^github_pat_|^AKIA|^xox/

/** What is wrong with the form of what was given as a token; undefined where nothing is seen. */
export function formFault(refusal: Refusal): Advice | undefined {
  if (refusal.token === '') {
    return { cause: 'There is no token.', ...signAnew('Send one behind the word Bearer', refusal) }
  }
  if (FOREIGN_KEY.test(refusal.token)) {
    return {
      cause: 'It begins like a key of another service. It is not a token of this server.',
      ...signAnew('Send a token', refusal),
    }
  }
  const read = readParts(refusal.token)
  return (
    (read.parts.length === 3 ? undefined : countAdvice(refusal, read)) ??
    characterAdvice(refusal) ??
    headerAdvice(refusal, read) ??
    claimsAdvice(refusal, read) ??
    signatureLengthAdvice(refusal)
  )
}

/** What is wrong with the form of a token that a verifier has refused for it. */
export function formAdvice(refusal: Refusal): Advice {
  const fault = formFault(refusal)
  if (fault !== undefined) return fault
  const { message } = refusal
  const cause =
    message === undefined || message.includes('signature')
      ? 'The token was changed after it was made: the last character of its signature cannot stand there.'
      : message
  return { cause, ...copyWhole(refusal) }
}
