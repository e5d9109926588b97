/** What a key here may be for (RFC 7517 section 4.3). */
export type KeyOperation = 'sign' | 'verify'

/**
 * Whether the member `key_ops` of a JWK lets it be used for an operation: it is absent, or a list of different texts
 * (RFC 7517 section 4.3) that has the operation, and none that a key of its kind is not for.
 *
 * @param known - what a key of this kind is for
 */
export function allowsOperation(
  operations: unknown,
  operation: KeyOperation,
  known: readonly KeyOperation[] = [operation],
): boolean {
  if (operations === undefined) return true
  if (!Array.isArray(operations) || operations.length > known.length) return false
  const names: ReadonlySet<unknown> = new Set(known)
  const isKnown = operations.every((each) => names.has(each))
  return isKnown && new Set(operations).size === operations.length && operations.includes(operation)
}
