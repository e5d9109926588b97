/** The longest text that is shown in one piece, in characters: a page with millions of them stands still. */
const MAX_SHOWN = 100_000

/** A text, or its beginning and how much follows. */
export function shorten(text: string): string {
  const rest = text.length - MAX_SHOWN
  return rest <= 0 ? text : `${text.slice(0, MAX_SHOWN)}\n… and ${rest} more characters`
}
