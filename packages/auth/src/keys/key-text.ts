import { ConfigurationError } from '../error.js'
import { isJsonObject } from '../lib/object.js'
import { parseStrictJson } from '../lib/strict-json.js'

/** Longest text that is read: a key of RSA of 16,384 bits has about 13,000 characters. */
const MAX_CHARACTERS = 65_536
const QUOTES: ReadonlySet<string | undefined> = new Set(['"', "'", '`'])
const BASE64 = /^[A-Za-z0-9+/_=\s-]+$/
const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/

/** One block of PEM (RFC 7468). */
export interface PemBlock {
  /** What stands between BEGIN and the dashes, such as `PUBLIC KEY`. */
  readonly label: string
  readonly der: Buffer
}

/** Without white space, a byte order mark and quotes around it, and with escaped line ends as white space. */
function unwrap(text: string): string {
  const trimmed = text.trim()
  const isQuoted = trimmed.length > 1 && QUOTES.has(trimmed[0]) && trimmed[0] === trimmed.at(-1)
  const plain = isQuoted ? trimmed.slice(1, -1) : trimmed
  // A text of JSON has its escapes within it.
  return plain.startsWith('{') ? plain : plain.replace(/\\{1,4}[nr]/g, '\n').trim()
}

/**
 * The text of a key as it was before a variable, a file of variables or a form wrapped it: in quotes, with escaped line ends,
 * or as a whole in base64.
 * @throws {ConfigurationError} `key_invalid` for one that is longer than any key
 */
export function plainKeyText(text: string): string {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigurationError(
      'key_invalid',
      `The text is too long for a key: it has more than ${MAX_CHARACTERS} characters.`,
    )
  }
  const plain = unwrap(text)
  if (!BASE64.test(plain) || plain.startsWith('-')) return plain
  const inner = unwrap(Buffer.from(plain, 'base64').toString('latin1'))
  return inner.startsWith('-----BEGIN ') || inner.startsWith('{"') ? inner : plain
}

/**
 * Reads one block of PEM, and nothing around it. Its lines may have been joined, with or without white space.
 * @param plain - as `plainKeyText` gives it
 */
export function readPemBlock(plain: string): PemBlock | undefined {
  const [begin, label] = BEGIN.exec(plain) ?? []
  if (begin === undefined || label === undefined) return undefined
  const end = `-----END ${label}-----`
  if (!plain.endsWith(end)) return undefined
  const body = plain.slice(begin.length, -end.length)
  if (!/^[A-Za-z0-9+/=\s]+$/.test(body)) return undefined
  return { label, der: Buffer.from(body.replace(/\s/g, ''), 'base64') }
}

/**
 * Reads a JSON Web Key that is written out as text; undefined for what is not an object of JSON.
 * @param plain - as `plainKeyText` gives it
 * @throws {ConfigurationError} `key_invalid`
 */
export function readJwkText(plain: string): Readonly<Record<string, unknown>> | undefined {
  if (!plain.startsWith('{')) return undefined
  let jwk: unknown
  try {
    jwk = parseStrictJson(plain)
  } catch {
    throw new ConfigurationError('key_invalid', 'The text begins like a JWK, but is not JSON.')
  }
  if (!isJsonObject(jwk)) return undefined
  if (!Object.hasOwn(jwk, 'keys')) return jwk
  throw new ConfigurationError(
    'key_invalid',
    'The text is a key set. Set the option jwks to it instead.',
  )
}

/** Says what a text is that is not a key, and what to do. */
export function noKeyWords(plain: string, wanted: string): string {
  if (/^-----BEGIN (?:[A-Z0-9]+ )?CERTIFICATE-----/.test(plain)) {
    return 'The text is a certificate. Take the public key out of it: openssl x509 -pubkey -noout -in FILE'
  }
  if (/^(?:ssh-|ecdsa-|sk-|---- BEGIN SSH2|-----BEGIN OPENSSH)/.test(plain)) {
    return 'The key is in the form of OpenSSH. Convert it to PEM: ssh-keygen -e -m PKCS8 -f FILE for a public key, ssh-keygen -p -m PKCS8 -f FILE for a private one'
  }
  if (plain.split('-----BEGIN ', 3).length > 2) {
    return `The text has more than one block of PEM. Give one: ${wanted}.`
  }
  if (BASE64.test(plain) && plain.length >= 40 && !plain.startsWith('-')) {
    return `The text is base64 without the first and the last line of PEM. Give the whole PEM: ${wanted}.`
  }
  return `The text is neither a key in PEM nor a JWK. A key in PEM begins with ${wanted}.`
}
