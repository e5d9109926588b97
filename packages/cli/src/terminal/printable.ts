/**
 * Characters that a terminal could obey, reorder or hide, so that two texts look alike: control characters (C0 and C1),
 * format characters (direction marks, joiners, tags), line ends, and the Hangul filler. A joiner before a pictograph
 * stays: it joins two pictographs.
 */
const UNPRINTABLE = /(?!\u200d\p{Extended_Pictographic})[\p{Cc}\p{Cf}\u2028\u2029\u3164]/gu

/** Escapes each UTF-16 unit of a character as JSON does. */
function escape(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}

/**
 * A value as JSON that is safe to show on a terminal.
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

/**
 * A text on one line that is safe to show on a terminal. Quotes and backslashes stay, because it may hold a command.
 */
export function printableLine(text: string): string {
  return text.replace(UNPRINTABLE, escape)
}

/** A text of several lines that is safe to show on a terminal. Line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : escape(character),
  )
}
