import { isObject } from '@signet/auth/internal'
import { createHash } from 'node:crypto'

/** The names of an object in the order of their code units, as RFC 8785 section 3.2.3 has it. */
function inOrder([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function writeCanonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(inOrder)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeCanonical(member)}`).join(',')}}`
}

/**
 * The SHA-256 of the arguments of a call, in lower case hex: of their canonical JSON (RFC 8785), so that it does not
 * depend on the order of names.
 * @param args - plain JSON
 */
export function argumentsDigest(args: unknown): string {
  return createHash('sha256').update(writeCanonical(args)).digest('hex')
}
