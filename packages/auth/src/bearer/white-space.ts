function isWhiteSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/**
 * A header value, or an element of one, without the white space around it: spaces and tabs (RFC 9110 section 5.5). Other
 * blanks, such as U+00A0, are part of it: whoever takes them for white space reads another value than its sender's proxy.
 */
export function trimWhiteSpace(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isWhiteSpace(text[start])) start++
  while (start < end && isWhiteSpace(text[end - 1])) end--
  return text.slice(start, end)
}
