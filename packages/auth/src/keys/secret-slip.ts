/** Text as it is typed: no random bytes, of which the last may be a newline by chance. */
const TYPED = /^[\x20-\x7e\s]*$/
const QUOTES: ReadonlySet<string | undefined> = new Set(['"', "'", '`'])

/**
 * What about a secret looks like a slip of whoever pasted it, such as "white space at its end", without anything of the secret;
 * undefined where nothing does. It counts as it is: who took it off would sign with another secret than the issuer.
 */
export function secretSlip(secret: Uint8Array): string | undefined {
  const text = Buffer.from(secret).toString('utf8')
  if (!TYPED.test(text)) return undefined
  const [start, end] = [text.trimStart() !== text, text.trimEnd() !== text]
  if (start && end) return 'white space at both ends'
  if (start) return 'white space at its beginning'
  if (end) return 'white space at its end'
  const isQuoted = text.length > 1 && QUOTES.has(text[0]) && text.at(-1) === text[0]
  return isQuoted ? 'quotes around it' : undefined
}
