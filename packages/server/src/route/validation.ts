import { BOUNDS, zodIssues } from '@signet/core'
import { z } from 'zod'
import { RequestError } from '../error/error.js'
import { checkOptions, checkQueryOptions } from './option/check.js'
import type { Route } from './route.js'

/** The names that a value may have by its schema; none where that says nothing of names. */
function namesOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/**
 * Checks a value against a route's schema and returns what the schema makes of it.
 * @param what - named in the log: body or query
 * @throws {RequestError} `request_invalid` with an issue per fault
 */
function validate(schema: z.ZodType, value: unknown, what: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RequestError('request_invalid', `The ${what} is not valid.`, {
    issues: zodIssues(parsed.error, [], namesOf(schema)),
  })
}

/**
 * Looks at how much a query string holds, before it is read.
 * @throws {RequestError} `request_invalid`
 */
function checkQuery(text: string): void {
  const { queryCharacters, queryParameters } = BOUNDS
  if (text.length < queryParameters.limit) return
  const isLong = text.length > queryCharacters.limit
  if (!isLong && text.split('&').length <= queryParameters.limit) return
  const message = isLong
    ? `The query has more than ${queryCharacters.limit} characters.`
    : `The query has more than ${queryParameters.limit} parameters.`
  throw new RequestError('request_invalid', message, { issues: [{ field: 'query', message }] })
}

/** A query string as an object; of a name that stands several times, all values. */
export function readQuery(text: string): Record<string, string | string[]> {
  if (text === '') return {}
  const query = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(`?${text}`)) {
    const before = query.get(name)
    if (before === undefined) query.set(name, value)
    else if (typeof before === 'string') query.set(name, [before, value])
    else before.push(value)
  }
  return Object.fromEntries(query)
}

/**
 * What a query says, as a route wants it; undefined where the route does not look at it.
 * @throws {RequestError} `request_invalid` or `option_unsupported`
 */
export function routeQuery({ query: schema, queryOptions }: Route, text: string): unknown {
  checkQuery(text)
  if (schema === undefined && queryOptions === undefined) return undefined
  const query = readQuery(text)
  if (queryOptions !== undefined) checkQueryOptions(queryOptions, query)
  return schema && validate(schema, query, 'query')
}

/**
 * What a body says, as a route wants it; undefined where the route does not look at it.
 * @throws {RequestError} `request_invalid` or `option_unsupported`
 */
export function routeBody({ body: schema, bodyOptions }: Route, body: unknown): unknown {
  if (bodyOptions !== undefined) checkOptions(bodyOptions, body)
  return schema && validate(schema, body, 'body')
}
