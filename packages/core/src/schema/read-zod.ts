import { isObject } from '@signet/auth/internal'
import { z } from 'zod'
import { toIssues, zodIssues } from '../issue.js'
import { DATE_TEXT, MARK, markOf, takeMarks, type Unmarked } from './beyond-json.js'
import type { JsonSchema } from './json-schema.js'
import { readBy, type ReadSchema } from './readable-schema.js'
import { zod3JsonSchema, type Zod3Schema } from './zod3-json-schema.js'

/** Also true for a schema of another installed copy of zod 4, and of zod/mini. */
export function isZod4Schema(value: unknown): value is z.ZodType {
  return (
    isObject(value) && '_zod' in value && typeof Reflect.get(value, 'safeParseAsync') === 'function'
  )
}

function definitionOf({ _zod: { def } }: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  return def as z.core.$ZodTypes['_zod']['def']
}

/** Marks what JSON cannot say. */
function mark(schema: z.core.$ZodType, json: Record<string, unknown>, io: 'input' | 'output') {
  const def = definitionOf(schema)
  if (def.type === 'date') Object.assign(json, DATE_TEXT)
  else if (def.type === 'bigint' && def.coerce === true && io === 'input') json['type'] = 'integer'
  else if (def.type === 'pipe' && definitionOf(def.in).type === 'transform')
    json[MARK] = 'preprocess'
  else if (markOf(def.type) !== undefined) json[MARK] = def.type
}

/** A zod schema as JSON Schema (draft 7). */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Unmarked {
  const marked: JsonSchema = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => mark(zodSchema, jsonSchema, io),
  })
  return takeMarks(marked)
}

export function readZod4(schema: z.ZodType): ReadSchema {
  return readBy(
    toJsonSchema(schema, 'input'),
    () => toJsonSchema(schema, 'output').schema,
    async (value) => {
      const parsed = await schema.safeParseAsync(value)
      return parsed.success
        ? { value: parsed.data }
        : { issues: zodIssues(parsed.error), mayQuote: false }
    },
  )
}

export function readZod3(schema: Zod3Schema): ReadSchema {
  const json = takeMarks(zod3JsonSchema(schema))
  return readBy(
    json,
    () => json.schema,
    async (value) => {
      const parsed = await schema.safeParseAsync(value)
      return parsed.success
        ? { value: parsed.data }
        : { issues: toIssues(parsed.error.issues), mayQuote: true }
    },
  )
}
