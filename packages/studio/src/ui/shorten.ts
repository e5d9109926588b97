/** The longest text that is shown, in characters. Millions of characters would block the page. */
const MAX_SHOWN = 100_000

/** Returns a text, or the beginning of a long one and how many characters follow. */
export function shorten(text: string): string {
  const rest = text.length - MAX_SHOWN
  return rest <= 0 ? text : `${text.slice(0, MAX_SHOWN)}\n… and ${rest} more characters`
}
