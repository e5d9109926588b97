/**
 * What a terminal could take for a command, or show in another order than it is written: control
 * characters and marks of direction (Unicode Bidi_Control), and what ends a line.
 */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A value as JSON that is safe to show on a terminal, whoever wrote it. */
export function printableJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, undefined, indent) ?? 'null').replace(UNPRINTABLE, escape)
}

/** A text without quotes around it that is safe to show on a terminal. */
export function printableText(text: string): string {
  return printableJson(text).slice(1, -1).replaceAll('\\"', '"')
}
