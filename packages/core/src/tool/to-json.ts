import { types } from 'node:util'
import type { JSONValue } from '@ai-sdk/provider'
import { ToolError } from '../error.js'
import { hasPictures, MAX_PICTURE_CHARACTERS } from './tell-output.js'

// What a tool returns is told to models and clients, and stored, as JSON. A tool that has done its work must not fail
// because of a value that JSON lacks, so each such value has a form:
//
//   undefined, functions, symbols    left out of objects, null in lists, as JSON.stringify has it
//   NaN, Infinity, invalid dates     null
//   BigInt                           its digits, as a text
//   Date, URL, and what has toJSON   what toJSON says; where it throws, its members
//   Map                              an object where all keys are texts, else a list of pairs
//   Set                              a list
//   bytes (Buffer, ArrayBuffer …)    base64; typed arrays of larger elements are lists of numbers
//   Error                            its name, and the message of a ToolError: that of others may hold what nobody should see
//   RegExp                           its source, as a text
//   instances of other classes       their own members that can be enumerated
//   what holds itself                "[Circular]"
//   members that cannot be read      null

/** Most characters of one result, names and texts together: more than any model reads. */
export const MAX_RESULT_CHARACTERS = 1_000_000
/** Most members and elements of one result, on all levels together. */
export const MAX_RESULT_VALUES = 200_000
const MAX_DEPTH = 100

const CIRCULAR = '[Circular]'
const TOO_DEEP = '[Too deep]'
const CUT = '[Cut]'

type Json = JSONValue | undefined

/** Reads what may throw: a getter, a proxy, a toJSON. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function toBase64(value: ArrayBuffer | SharedArrayBuffer | Uint8Array | DataView): string {
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : Buffer.from(value).toString('base64')
}

function isBytes(value: object): value is ArrayBuffer | SharedArrayBuffer | Uint8Array | DataView {
  return (
    value instanceof Uint8Array ||
    value instanceof Uint8ClampedArray ||
    value instanceof DataView ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer
  )
}

/** Makes JSON of one value, within its bounds. */
class JsonWriter {
  #characters: number
  #values = MAX_RESULT_VALUES
  readonly #open = new Set<object>()

  readonly #hasPictures: boolean

  /** @param hasPictures - whether there is more room, of which what does not fit takes nothing: half a picture is none */
  constructor(hasPictures: boolean) {
    this.#hasPictures = hasPictures
    this.#characters = hasPictures ? MAX_PICTURE_CHARACTERS : MAX_RESULT_CHARACTERS
  }

  write(value: unknown): Json {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return Number.isFinite(value) ? value : null
      case 'boolean':
        return value
      case 'bigint':
        return this.#text(value.toString())
      case 'object':
        return value === null ? null : this.#object(value)
      default:
        return undefined
    }
  }

  #text(text: string): string {
    const room = this.#characters
    if (this.#hasPictures && text.length > room) return `[Cut: ${text.length} characters]`
    this.#characters -= Math.min(room, text.length)
    if (text.length <= room) return text
    return `${text.slice(0, room)}… [Cut: ${text.length - room} characters]`
  }

  #object(value: object): Json {
    if (this.#open.has(value)) return CIRCULAR
    if (this.#open.size >= MAX_DEPTH) return TOO_DEEP
    this.#open.add(value)
    const json = attempt(() => this.#members(value))
    this.#open.delete(value)
    return json ?? null
  }

  #members(value: object): JSONValue {
    if (Array.isArray(value)) return this.#list(value)
    if (value instanceof Error) return this.#record(errorEntries(value))
    // A Buffer has a toJSON, which makes a list of numbers.
    if (isBytes(value)) return this.#text(toBase64(value))
    const toJson: unknown = attempt(() => Reflect.get(value, 'toJSON'))
    if (typeof toJson === 'function') {
      const said = attempt(() => [Reflect.apply(toJson, value, ['']) as unknown])
      if (said !== undefined && said[0] !== value) return this.write(said[0]) ?? null
    }
    if (ArrayBuffer.isView(value)) return this.#list(elementsOf(value))
    if (value instanceof Map) {
      const isNamed = [...value.keys()].every((key) => typeof key === 'string')
      return isNamed ? this.#record(value as Map<string, unknown>) : this.#list(value)
    }
    if (value instanceof Set) return this.#list(value)
    if (value instanceof RegExp) return this.#text(String(value))
    if (types.isBoxedPrimitive(value)) {
      return this.write(value.valueOf()) ?? null
    }
    return this.#record(entriesOf(value))
  }

  /** Whether there is room for one more member. */
  #count(): boolean {
    this.#values -= 1
    return this.#values >= 0 && this.#characters > 0
  }

  #list(values: Iterable<unknown>): JSONValue {
    const list: JSONValue[] = []
    for (const each of values) {
      if (!this.#count()) {
        list.push(CUT)
        break
      }
      list.push(this.write(each) ?? null)
    }
    return list
  }

  #record(entries: Iterable<readonly [string, unknown]>): JSONValue {
    const record: Record<string, JSONValue> = {}
    for (const [name, member] of entries) {
      if (!this.#count()) {
        record[CUT] = true
        break
      }
      const key = this.#text(name)
      const json = this.write(member)
      if (json === undefined) continue
      // Not by assignment, which would make a prototype of `__proto__`.
      Object.defineProperty(record, key, {
        value: json,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return record
  }
}

/** The elements of a typed array; none of any other view. */
function elementsOf(value: ArrayBufferView): Iterable<unknown> {
  return Symbol.iterator in value ? (value as Iterable<unknown> & ArrayBufferView) : []
}

function errorEntries(error: Error): [string, unknown][] {
  const name: [string, unknown] = ['name', attempt(() => error.name)]
  return ToolError.isInstance(error) ? [name, ['message', error.message]] : [name]
}

function* entriesOf(value: object): Generator<[string, unknown]> {
  for (const name of Object.keys(value)) {
    const member = attempt(() => [Reflect.get(value, name) as unknown])
    yield [name, member === undefined ? null : member[0]]
  }
}

/**
 * What a tool returned, as JSON: a copy. Never throws. What is more than a million characters or 200,000 members, or deeper than
 * 100 levels, is cut, and says so.
 * A result with pictures has three million characters, and holds each picture whole or not at all.
 *
 * @returns undefined for what JSON has no word for at all, such as undefined itself
 */
export function toJson(value: unknown): JSONValue | undefined {
  return new JsonWriter(hasPictures(value)).write(value)
}
