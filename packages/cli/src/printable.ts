/**
 * What a terminal could take for a command, or show in another order than it is written: control
 * characters (C0 and C1), marks of direction (Unicode Bidi_Control), and what ends a line.
 */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
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

/** A text of several lines that is safe to show on a terminal: of its control characters line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : escape(character),
  )
}
