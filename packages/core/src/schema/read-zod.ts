import { z } from 'zod'
import { toIssues, zodIssues } from '../issue.js'
import type { JsonSchema } from './json-schema.js'
import { readBy, type ReadSchema } from './readable-schema.js'
import { zod3JsonSchema, type Zod3Schema } from './zod3-json-schema.js'

/** Also true for a schema of another installed copy of zod 4, and of zod/mini. */
export function isZod4Schema(value: unknown): value is z.ZodType {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_zod' in value &&
    typeof Reflect.get(value, 'safeParseAsync') === 'function'
  )
}

/** A zod schema as JSON Schema (draft 7). What JSON cannot say stays open. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, target: 'draft-7', unrepresentable: 'any' })
}

export function readZod4(schema: z.ZodType): ReadSchema {
  return readBy(
    toJsonSchema(schema, 'input'),
    () => toJsonSchema(schema, 'output'),
    async (value) => {
      const parsed = await schema.safeParseAsync(value)
      return parsed.success
        ? { value: parsed.data }
        : { issues: zodIssues(parsed.error), mayQuote: false }
    },
  )
}

export function readZod3(schema: Zod3Schema): ReadSchema {
  const json = zod3JsonSchema(schema)
  return readBy(
    json,
    () => json,
    async (value) => {
      const parsed = await schema.safeParseAsync(value)
      return parsed.success
        ? { value: parsed.data }
        : { issues: toIssues(parsed.error.issues), mayQuote: true }
    },
  )
}
