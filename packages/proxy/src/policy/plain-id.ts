/** In characters. */
const MAX_ID = 512

/** What another reader could take for a separator, an end, or the begin of an encoded character. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}/\\%?#]/u

/** Whether a text can name something of the upstream, in its path too. */
export function isPlainId(text: string): boolean {
  if (text === '' || text.length > MAX_ID || UNSAFE.test(text)) return false
  return text !== '.' && text !== '..' && text.trim() === text
}
