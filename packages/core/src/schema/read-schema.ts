import { isObject } from '@signet/auth/internal'
import { isSchemaObject } from './json-schema.js'
import { AI_SDK_SCHEMA, readAiSdk, readStandard } from './read-foreign.js'
import { isJsonSchema, readJson } from './read-json.js'
import { isZod4Schema, readZod3, readZod4 } from './read-zod.js'
import { TAKEN, type ReadSchema, type SchemaOrigin, type UnreadSchema } from './readable-schema.js'
import { isZod3Schema } from './zod3-json-schema.js'

/**
 * Reads a schema of whichever library.
 * @param origin - who wrote it, where it is a JSON Schema; default: the application
 */
export function readSchema(
  schema: unknown,
  origin: SchemaOrigin = 'application',
): ReadSchema | UnreadSchema {
  if (isZod4Schema(schema)) return readZod4(schema)
  if (isZod3Schema(schema)) return readZod3(schema)
  if (!isObject(schema) && typeof schema !== 'function') return { remedy: TAKEN }
  if (AI_SDK_SCHEMA in schema) return readAiSdk(schema)
  const standard: unknown = Reflect.get(schema, '~standard')
  if (isSchemaObject(standard)) return readStandard(schema, standard)
  const isJson = origin === 'caller' ? isSchemaObject(schema) : isJsonSchema(schema)
  return isJson && isSchemaObject(schema) ? readJson(schema, origin) : { remedy: TAKEN }
}
