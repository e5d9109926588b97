import { knownSecrets } from './known-secrets.js'
import { MASK, maskParameters, maskPems, maskUrlUsers } from './secret-place.js'

/** A longer text is cut before it is looked at: what it says stands at its beginning. */
export const MAX_CHARACTERS = 4000

/** Keys by how they are written: those of OpenAI and Anthropic, of xAI, of Groq, of Google, of Signet, of AWS and of GitHub. */
const KEY = /\b(?:(?:sk|pk|rk|xai|gsk|pplx|hf|r8|csk|sgn|ghp|gho)[-_]|AIza|AKIA)[\w*-]{4,}/g
/** The header of a JSON Web Token, and whatever comes behind: `{"` and `{ ` in Base64. */
const JWT = /\bey[A-Z][\w-]{7,}(?:\.[\w-]*){0,2}/g
/** A run of characters that nobody writes by hand. */
const RUN = /[\w-]{24,}/g
const BEARER = /\b(bearer|basic)\s+[\w.~+/=*-]{4,}/gi
/** What is named as a secret, up to a colon or an equals sign, as it is or as URLs have it. */
const NAMED =
  /((?:key|token|secret|passw(?:or)?d|passphrase|pwd|authorization|credentials?)(?:\s{1,3}provided)?)(\\?["'`]?\s?(?:[:=]|%(?:25)?3d)\s?)/i
/** What follows such a name: what stands in quotes, or a word. */
const VALUE = /^\\?(?:"[^"]*|'[^']*|`[^`]*|[^\s"'`,;)]{2,})/
/** What stands before `key` where that is a secret: it may be the key of a table too. */
const KEY_KIND = /(?:api|access|private|secret|signing|encryption|subscription|account)[-_ ]?$/i
const MAX_KIND_CHARACTERS = 13
/** What is named as a secret, and a word behind it, which a key or a password may be. */
const BESIDE = /(api[-_ ]?key|token|secret|password)\s{1,3}["'`]?([\w.~+/=-]{6,})/gi

/** What stands in brackets where a secret was: this mask, the name of a variable, or the word for the key of a model. */
const MASKED = /^\\?["'`]?\[(?:hidden\]|[A-Z][\dA-Z_]*\]|the\b)/

/** Masks what follows a name of a secret. */
function maskNamed(text: string): string {
  // Every third part is what stands before a name, which the name and the sign follow.
  const parts = text.split(NAMED)
  let masked = parts[0] ?? ''
  for (let index = 1; index < parts.length; index += 3) {
    const [name = '', sign = '', rest = ''] = parts.slice(index, index + 3)
    const isNamed = !/^key/i.test(name) || KEY_KIND.test(masked.slice(-MAX_KIND_CHARACTERS))
    masked += `${name}${sign}${isNamed ? maskValue(rest) : rest}`
  }
  return masked
}

function maskValue(text: string): string {
  const value = VALUE.exec(text)?.[0] ?? ''
  if (value === '' || MASKED.test(value)) return text
  const quote = /["'`]/.exec(value)?.[0] ?? ''
  return `${quote}${MASK}${text.slice(value.length)}`
}

/** A name of a model or a package has small letters and digits; a key has capitals among them. */
function isRandom(text: string): boolean {
  const isMixed = /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text)
  return isMixed || /^[\da-f]{32,}$/i.test(text)
}

/** The beginning of a text, without the word that it would end within: a half of a secret is not known as one. */
function cut(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  let end = MAX_CHARACTERS
  while (end > 0 && /\S/.test(text.charAt(end))) end--
  const kept = text.slice(0, end)
  const starts = knownSecrets().map(({ value }) => startOfHalf(kept, value))
  return `${kept.slice(0, Math.min(end, ...starts)).trimEnd()} …`
}

/** Where a secret of several words begins at the end of a text that was cut within it. */
function startOfHalf(text: string, secret: string): number {
  const [first = ''] = secret.split(/\s/, 1)
  if (first === '' || first === secret) return text.length
  let start = text.indexOf(first, Math.max(0, text.length - secret.length))
  while (start !== -1 && !secret.startsWith(text.slice(start))) {
    start = text.indexOf(first, start + 1)
  }
  return start === -1 ? text.length : start
}

function withoutKnown(text: string): string {
  let masked = text
  for (const { value, told } of knownSecrets()) {
    if (masked.includes(value)) masked = masked.replaceAll(value, () => told)
  }
  return masked
}

/**
 * Takes out of a text, such as what a provider says of its failure, what is a secret of the environment, and what looks
 * like a key, a token or a password. Of a text of more than 4,000 characters it is the beginning, up to the end of a word.
 * @example
 * ```typescript
 * import { maskSecrets } from '@signet/core'
 *
 * console.log(maskSecrets('The request had Authorization: Bearer abc.def.ghi.'))
 * ```
 */
export function maskSecrets(text: string): string {
  const placed = maskParameters(maskUrlUsers(maskPems(withoutKnown(cut(text)))))
    .replaceAll(BEARER, `$1 ${MASK}`)
    .replaceAll(JWT, (token) => (token.includes('.') ? MASK : token))
    .replaceAll(KEY, MASK)
  return maskNamed(placed)
    .replaceAll(BESIDE, (whole: string, name: string, value: string) =>
      /\d/.test(value) ? `${name} ${MASK}` : whole,
    )
    .replaceAll(RUN, (run) => (isRandom(run) ? MASK : run))
}
