import type { Access } from '@signet/auth'
import { isObject, permissionTemplates } from '@signet/auth/internal'
import { z } from 'zod'
import { STATUS, type ErrorCode } from '../../error/error-response.js'
import type { RouteTable } from '../../route/route-table.js'
import type { Route } from '../../route/route.js'
import { VERSION } from '../../start/version.js'

type Json = Readonly<Record<string, unknown>>

/** A JSON Schema (2020-12, which OpenAPI 3.1 takes) of what a schema reads or makes. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  })
  return json
}

const PARAM = /:(\w+)(?:\{[^}]*\})?\??/g

/** The path with its parameters in braces. */
function pathTemplate(path: string): string {
  return path.replace(PARAM, '{$1}')
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(PARAM)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return []
  const { properties, required } = schemaOf(query, 'input')
  if (!isObject(properties)) return []
  const names: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: names.includes(name),
    schema: schema as unknown,
  }))
}

/** The refusals of a route, those of one status together. */
function refusalsOf({ access, path, query, body, queryOptions, refusals = [] }: Route): Json {
  const isOpen = access === 'public'
  const codes: (ErrorCode | false)[] = [
    (query ?? body ?? queryOptions) !== undefined && 'request_invalid',
    !isOpen && 'token_missing',
    !isOpen && 'scope_insufficient',
    path.includes(':') && 'not_found',
    body !== undefined && 'body_too_large',
    body !== undefined && 'body_encoding',
    !isOpen && 'rate_limited',
    !isOpen && 'storage_unavailable',
    ...refusals,
  ]
  const statuses = codes.filter((code) => code !== false).map((code) => String(STATUS[code]))
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: '#/components/responses/Refusal' }]),
  )
}

function accessText(access: Access): string {
  if (access === 'public') return 'Anyone.'
  if (access === 'authenticated') return 'Anyone with a good token.'
  return `A token that grants ${permissionTemplates(access).join(' and ')}.`
}

function operation(route: Route, operationId: string): Json {
  const { access, summary, status, path, query, body, response, openapi } = route
  const content = (schema: Json) => ({ 'application/json': { schema } })
  const answer = response === undefined ? {} : { content: content(schemaOf(response, 'output')) }
  return {
    operationId,
    summary,
    description: accessText(access),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body !== undefined && {
      requestBody: { required: true, content: content(schemaOf(body, 'input')) },
    }),
    responses: { [status]: { description: 'The answer.', ...answer }, ...refusalsOf(route) },
    ...openapi,
    // Last, because who may call is said by the table; a description of the application may say more.
    security: access === 'public' ? [] : [{ bearer: [] }],
    'x-signet-access': access,
  }
}

const REFUSAL = z.object({
  error: z.string(),
  code: z.enum(Object.keys(STATUS) as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string(),
  issues: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  feature: z.string().optional(),
  cause: z.string().optional(),
  missingScope: z.string().optional(),
  ignoredGrants: z.array(z.string()).optional(),
})

/** A name of a route in plain letters, and a number where another route has it. */
function operationName(method: string, path: string, taken: Set<string>): string {
  const words = `${method} ${path}`.toLowerCase().match(/[a-z0-9]+/g) ?? []
  let name = words.join('-')
  for (let number = 2; taken.has(name); number++) name = `${words.join('-')}-${number}`
  taken.add(name)
  return name
}

/**
 * Describes every route of a server as an OpenAPI 3.1 document. It is made of the table that requests
 * are routed by, so that it cannot say anything else.
 */
export function openApiDocument(table: RouteTable): Json {
  const paths: Record<string, Record<string, Json>> = {}
  // Seen from this document, whatever path a proxy leads here by: from /api/openapi.json one level up.
  const url = table.prefix.replace(/\/[^/]+/g, '/..').slice(1)
  const names = new Set<string>()
  for (const route of table.routes) {
    const path = table.pathOf(route)
    const template = pathTemplate(path)
    const method = route.method.toLowerCase()
    paths[template] ??= {}
    paths[template][method] = operation({ ...route, path }, operationName(method, path, names))
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Signet', version: VERSION },
    servers: [{ url, description: 'The server of this document.' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      responses: {
        Refusal: {
          description:
            'Refused. The code says why; the text is the same for every refusal of a code.',
          headers: {
            'WWW-Authenticate': {
              description: 'What is wrong with the credential (RFC 6750 section 3).',
              schema: { type: 'string' },
            },
            'Retry-After': {
              description: 'After how many seconds to ask again (RFC 9110 section 10.2.3).',
              schema: { type: 'integer' },
            },
          },
          content: { 'application/json': { schema: schemaOf(REFUSAL, 'output') } },
        },
      },
    },
  }
}
