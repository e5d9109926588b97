/** The value, where it is a text with at least one character; undefined for every other. */
export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Whether a value is a text with more than white space in it. */
export function isNonBlank(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/** Whether a value is a list of texts. The empty list is one, and a list with a hole is not. */
export function isTextList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && Array.from<unknown>(value).every((each) => typeof each === 'string')
  )
}

/** A value that somebody wrote, as a message shows it: as JSON, or its type where JSON does not have it. */
export function shownValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    return typeof value
  }
}
