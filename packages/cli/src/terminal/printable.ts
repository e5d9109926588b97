/**
 * What a terminal could take for a command, show in another order than it is written, or not show at all, so that two
 * texts would look alike: control characters (C0 and C1), format characters (marks of direction, joiners, tags), what
 * ends a line, and the filler of Hangul. A joiner before a picture makes one picture of two, and stays.
 */
const UNPRINTABLE = /(?!\u200d\p{Extended_Pictographic})[\p{Cc}\p{Cf}\u2028\u2029\u3164]/gu

/** Each unit of a character in UTF-16, as JSON escapes it. */
function escape(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}

/**
 * A value as JSON that is safe to show on a terminal, whoever wrote it.
 * @param indent - spaces per level; default: all on one line
 * @param replacer - as of `JSON.stringify`
 */
export function printableJson(
  value: unknown,
  indent?: number,
  replacer?: (name: string, value: unknown) => unknown,
): string {
  return printableLines(JSON.stringify(value, replacer, indent) ?? 'null')
}

/** A text without quotes around it, on one line, that is safe to show on a terminal. */
export function printableText(text: string): string {
  return printableJson(text).slice(1, -1).replaceAll('\\"', '"')
}

/** A text on one line that is safe to show on a terminal, with its quotes and backslashes as they are: it may hold a command. */
export function printableLine(text: string): string {
  return text.replace(UNPRINTABLE, escape)
}

/** A text of several lines that is safe to show on a terminal: of its control characters line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : escape(character),
  )
}
