import * as fc from 'fast-check'
import { z } from 'zod'
import type { Route, RouteTable } from '@signet/server'
import { JsonText, NameRef, schemaValue } from './schema-value.js'

/** A request to a route, with names of things that are still to be chosen. */
export interface RouteCall {
  readonly route: Route
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Chooses what a name stands for. */
export type ChooseName = (ref: NameRef) => string

const PARAM = /:(\w+)/g

function inputSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

function nameArbitrary(name: string): fc.Arbitrary<NameRef> {
  return fc.nat().map((choice) => new NameRef(name, choice))
}

/** Requests to a route that its schemas take. */
export function callsOf(table: RouteTable, route: Route): fc.Arbitrary<RouteCall> {
  const names = [...table.pathOf(route).matchAll(PARAM)].map(([, name]) => name ?? '')
  const params = fc.record(Object.fromEntries(names.map((name) => [name, nameArbitrary(name)])))
  const query = route.query === undefined ? fc.constant({}) : schemaValue(inputSchema(route.query))
  const body =
    route.body === undefined ? fc.constant(undefined) : schemaValue(inputSchema(route.body))
  const input = fc.record({ params, query, body })
  return input.map(({ params, query, body }) => ({
    route,
    params,
    query: { ...(query as Readonly<Record<string, unknown>>) },
    body,
    // A counterexample is printed by this; a route itself would fill pages.
    [fc.toStringMethod]: () =>
      `${route.method} ${route.path} ${JSON.stringify({ params, query, body })}`,
  }))
}

/** The value with every name chosen. */
function choose(value: unknown, chooseName: ChooseName): unknown {
  if (value instanceof NameRef) return chooseName(value)
  if (value instanceof JsonText) return JSON.stringify(choose(value.value, chooseName))
  if (Array.isArray(value)) return value.map((each) => choose(each, chooseName))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, choose(each, chooseName)]),
  )
}

/** A request as it goes over the wire. */
export interface WireCall {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
}

/** The request, with every name chosen. */
export function toWire(table: RouteTable, call: RouteCall, chooseName: ChooseName): WireCall {
  const path = table
    .pathOf(call.route)
    .replace(PARAM, (_, name: string) =>
      encodeURIComponent(String(choose(call.params[name], chooseName))),
    )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query)) {
    if (value !== undefined) query.set(name, String(choose(value, chooseName)))
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const body = call.body === undefined ? undefined : JSON.stringify(choose(call.body, chooseName))
  return { method: call.route.method, path: path + search, body }
}
