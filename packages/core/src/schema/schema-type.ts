import type { z } from 'zod'

/**
 * What a schema of whichever library makes of a value. A JSON Schema has no type: by default it makes an object of
 * unknown members, and otherwise what `Untyped` says.
 */
export type SchemaOutput<
  Schema,
  Untyped = Readonly<Record<string, unknown>>,
> = Schema extends z.ZodType
  ? z.output<Schema>
  : Schema extends Typed<'output', infer Output>
    ? Output
    : Schema extends { readonly _type: infer Output }
      ? Output
      : Untyped

/** What a schema takes. A JSON Schema has no type: it is looked at when the value is there. */
export type SchemaInput<Schema> = Schema extends z.ZodType
  ? z.input<Schema>
  : Schema extends Typed<'input', infer Input>
    ? Input
    : Schema extends { readonly _type: infer Input }
      ? Input
      : unknown

/** The types of a Standard Schema. */
interface Typed<Side extends string, Value> {
  readonly '~standard': { readonly types?: { readonly [side in Side]: Value } | undefined }
}
