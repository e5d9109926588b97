import { isSchemaObject, type JsonSchema } from './json-schema.js'

/**
 * Stands in a JSON Schema, while it is made, where a library wants what JSON has no word for: `date`, one of the kinds
 * below, or `preprocess`, where a function of the application comes first. `takeMarks` takes it out.
 */
export const MARK = '~signet'

/** What no JSON value is, and what to write in its place. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['bigint', 'z.int(), or z.string() for more digits than a number has'],
  ['map', 'z.record(z.string(), …)'],
  ['set', 'z.array(…)'],
  ['symbol', 'z.enum([…])'],
  ['function', 'z.enum([…]) of the names of your functions'],
  ['nan', 'z.number().nullable()'],
  ['file', 'z.string() with the bytes in base64'],
])

/** What can only be left out. */
const ABSENT: ReadonlySet<unknown> = new Set(['undefined', 'void'])

/** The mark of a type of zod, as its definition names it; undefined for what JSON can say. */
export function markOf(type: string): string | undefined {
  return type === 'date' || INSTEAD.has(type) || ABSENT.has(type) ? type : undefined
}

/** What is told of a date: a text of ISO 8601. */
export const DATE_TEXT: JsonSchema = { type: 'string', format: 'date-time', [MARK]: 'date' }

/** A JSON Schema without marks, and what they said. */
export interface Unmarked {
  readonly schema: JsonSchema
  /** The schemas in it whose texts become dates. */
  readonly dates: ReadonlySet<unknown>
  /** Why no JSON value fits, and what to write; undefined where one can. */
  readonly fault: string | undefined
}

/** Keywords whose values are data, and not schemas. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples'])

/** Keywords whose values are schemas by name. */
const BY_NAME: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])

class Unmarking {
  readonly dates = new Set<unknown>()
  fault: string | undefined

  /** @param isFree - whether a function comes before, which may make of JSON what JSON lacks */
  read(schema: unknown, path: readonly string[], isFree: boolean): unknown {
    if (!isSchemaObject(schema)) return schema
    const { [MARK]: mark, ...rest } = this.#withoutAbsent(schema)
    const isOpen = isFree || mark === 'preprocess'
    const instead = typeof mark === 'string' ? INSTEAD.get(mark) : undefined
    if (instead !== undefined && !isOpen) this.#refuse(path, String(mark), instead)
    const members = Object.entries(rest).map(([name, value]): [string, unknown] => [
      name,
      DATA.has(name) ? value : this.#member(name, value, path, isOpen),
    ])
    const unmarked = Object.fromEntries(members)
    if (mark === 'date') this.dates.add(unmarked)
    return unmarked
  }

  #member(name: string, value: unknown, path: readonly string[], isFree: boolean): unknown {
    if (Array.isArray(value)) {
      const isChoice = name === 'anyOf' || name === 'oneOf'
      return (isChoice ? possible(value) : value).map((each) => this.read(each, path, isFree))
    }
    if (!BY_NAME.has(name) || !isSchemaObject(value)) {
      return this.read(value, name === 'items' ? [...path, '[]'] : path, isFree)
    }
    const schemas = Object.entries(value).map(([key, each]) => [
      key,
      this.read(each, [...path, key], isFree),
    ])
    return Object.fromEntries(schemas) as unknown
  }

  /** An object without the members that can only be left out. */
  #withoutAbsent(schema: JsonSchema): JsonSchema {
    const { properties, required } = schema
    if (!isSchemaObject(properties)) return schema
    const isAbsent = (member: unknown) => isSchemaObject(member) && ABSENT.has(member[MARK])
    const kept = Object.entries(properties).filter(([, member]) => !isAbsent(member))
    if (kept.length === Object.keys(properties).length) return schema
    const names = new Set<unknown>(kept.map(([name]) => name))
    return {
      ...schema,
      properties: Object.fromEntries(kept),
      ...(Array.isArray(required) && { required: required.filter((name) => names.has(name)) }),
    }
  }

  #refuse(path: readonly string[], kind: string, instead: string): void {
    const where = path.length === 0 ? 'It' : `Its member ${JSON.stringify(path.join('.'))}`
    this.fault ??= `${where} is a ${kind}. JSON does not have this type, so a model cannot send it. Write ${instead}.`
  }
}

/** The forms that JSON can say; all where it can say none, or null alone. */
function possible(forms: readonly unknown[]): readonly unknown[] {
  const said = forms.filter((form) => {
    const mark = isSchemaObject(form) ? form[MARK] : undefined
    return typeof mark !== 'string' || !(INSTEAD.has(mark) || ABSENT.has(mark))
  })
  return said.some((form) => !isSchemaObject(form) || form['type'] !== 'null') ? said : forms
}

/** Takes the marks out of a JSON Schema. */
export function takeMarks(marked: JsonSchema): Unmarked {
  const unmarking = new Unmarking()
  const schema = unmarking.read(marked, [], false)
  const { dates, fault } = unmarking
  return { schema: isSchemaObject(schema) ? schema : {}, dates, fault }
}
