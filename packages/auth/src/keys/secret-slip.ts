/** Text as it is typed: no random bytes, of which the last may be a newline by chance. */
const TYPED = /^[\x20-\x7e\s]*$/
const QUOTED = /^(["'`]).*\1$/s

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
  return QUOTED.test(text) ? 'quotes around it' : undefined
}
