/** Values for the tools of a request, which see them as the client's word: a plain object, or a map of them. */
export type RequestContextInput =
  | Readonly<Record<string, unknown>>
  | { entries(): Iterable<readonly [string, unknown]> }

/** The values as JSON has them; undefined where there are none. */
export function plainContext(
  context: RequestContextInput | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (context === undefined) return undefined
  const { entries } = context
  return typeof entries === 'function'
    ? Object.fromEntries<unknown>(entries.call(context))
    : { ...context }
}

/** The values as a query has them: JSON in base64. */
export function contextText(context: RequestContextInput | undefined): string | undefined {
  const plain = plainContext(context)
  if (plain === undefined) return undefined
  const bytes = new TextEncoder().encode(JSON.stringify(plain))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
