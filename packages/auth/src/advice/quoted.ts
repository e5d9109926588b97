/** What somebody wrote is cut here: a reader needs no more of it to find it again. */
const MAX_CHARACTERS = 100

/**
 * Whether a text can be shown, and pasted, as it is: letters, digits, signs and plain blanks. Not control
 * characters, marks of direction, line ends, or letters that nobody can see.
 */
const SHOWN = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a reader sees all of a text, and a terminal takes nothing of it for a command. */
export function isShown(text: string): boolean {
  return SHOWN.test(text) && !UNSEEN.test(text)
}

/** A character by its number, such as `U+200B`. */
export function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

function escape(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}

/** A value of a token as JSON on one line, cut, that is safe to show: whoever made the token wrote it. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
  const characters = Array.from(text.slice(0, 2 * MAX_CHARACTERS + 2))
  const isCut = characters.length > MAX_CHARACTERS
  const kept = isCut ? `${characters.slice(0, MAX_CHARACTERS).join('')}…` : text
  const json = typeof value === 'string' ? JSON.stringify(kept) : kept
  return Array.from(json, (character) => (isShown(character) ? character : escape(character))).join(
    '',
  )
}

/** Values one after the other: `"a"`, `"a" or "b"`, `"a", "b" or "c"`; of many the first ones. */
export function listed(values: readonly unknown[], conjunction = 'or'): string {
  if (values.length > 5) {
    const others = `${conjunction === 'or' ? 'one of ' : ''}${values.length - 4} others`
    return `${values.slice(0, 4).map(quoted).join(', ')} ${conjunction} ${others}`
  }
  const shown = values.map(quoted)
  const last = shown.pop() ?? 'nothing'
  return shown.length === 0 ? last : `${shown.join(', ')} ${conjunction} ${last}`
}
