/** The `code` of an error, as Node.js, drivers and this project's own errors have one; undefined where it is not a text. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : undefined
}
