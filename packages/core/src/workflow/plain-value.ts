import { WORKFLOW_LIMITS } from './limits.js'

/** A value as JSON has it: a copy that shares nothing with what it was made of. */
export interface PlainValue {
  /** Undefined where the value is. */
  readonly value: unknown
  readonly bytes: number
}

/** Why JSON cannot hold a value, or undefined. */
function foreignKind(value: unknown): string | undefined {
  switch (typeof value) {
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return 'a BigInt'
    case 'object':
      if (value instanceof Map) return 'a Map'
      if (value instanceof Set) return 'a Set'
      if (value instanceof Promise) return 'a promise'
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes'
      return undefined
    default:
      return undefined
  }
}

/**
 * What JSON makes of a value: dates are texts of ISO 8601, and members that are undefined are left out.
 * @param what - the value, as the beginning of a sentence: `The output of the step "fetch"`
 * @throws {TypeError} for a value that JSON cannot hold, such as a Map, a function or bytes; for a circle; and for more
 *   than 4 MiB
 */
export function toPlainValue(value: unknown, what: string): PlainValue {
  if (value === undefined) return { value: undefined, bytes: 0 }
  const text = stringify(value, what)
  // Of a value whose toJSON says that it is undefined.
  if (text === undefined) return { value: undefined, bytes: 0 }
  const bytes = Buffer.byteLength(text)
  if (bytes > WORKFLOW_LIMITS.valueBytes) {
    throw new TypeError(
      `${what} has ${bytes} bytes of JSON, and ${WORKFLOW_LIMITS.valueBytes} are the most. Keep the data elsewhere, and pass on where it is.`,
    )
  }
  const plain: unknown = JSON.parse(text)
  if (isDeeper(plain, WORKFLOW_LIMITS.valueDepth)) {
    throw new TypeError(
      `${what} has lists or objects nested deeper than ${WORKFLOW_LIMITS.valueDepth} levels.`,
    )
  }
  return { value: plain, bytes }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((each) => isDeeper(each, levels - 1))
}

function stringify(value: unknown, what: string): string | undefined {
  let foreign: string | undefined
  try {
    return JSON.stringify(value, function check(this: unknown, key: string, json: unknown) {
      // What stands there before its toJSON was asked: a Buffer has one, which makes a list of numbers.
      const raw: unknown = Reflect.get(this as object, key)
      const kind = foreignKind(raw) ?? foreignKind(json)
      if (kind === undefined) return json
      foreign = `${kind}${key === '' ? '' : ` at ${JSON.stringify(key)}`}`
      throw new TypeError(foreign)
    })
  } catch (error) {
    const why = foreign === undefined ? String(error) : `It holds ${foreign}.`
    throw new TypeError(`${what} is not JSON. ${why} Return plain data.`, { cause: error })
  }
}
