import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../../app.js'
import type { OptionRule, OptionTable } from './rule.js'

const { mastra, model } = createTestApplication()
const app = createApp(mastra)
const { routes } = app.table

type Json = Readonly<Record<string, unknown>>

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The schemas that a value may be of. */
function branches(schema: unknown): readonly Json[] {
  if (!isJson(schema)) return []
  const inner: unknown = schema['contentSchema']
  const others = schema['anyOf'] ?? schema['allOf']
  return [schema, ...branches(inner), ...(Array.isArray(others) ? others.flatMap(branches) : [])]
}

/** The names that a schema knows, with the schemas of their values. */
function propertiesOf(schema: unknown): ReadonlyMap<string, unknown> {
  const all = branches(schema).map((branch) => branch['properties'])
  return new Map(all.filter(isJson).flatMap((properties) => Object.entries(properties)))
}

/** The schemas of the members of a list or of an object of any names. */
function eachOf(schema: unknown): unknown {
  const found = branches(schema).map((branch) => branch['items'] ?? branch['additionalProperties'])
  return found.find(isJson)
}

/** Names of which a table and a schema do not say the same. */
function differences(table: OptionTable, schema: unknown, path: string): readonly string[] {
  const known = propertiesOf(schema)
  const unserved = [...known.keys()].filter(
    (name) => !Object.hasOwn(table, name) || table[name]?.state === 'refused',
  )
  return [
    ...unserved.map((name) => path + name),
    ...Object.entries(table).flatMap(([name, rule]) => inside(name, rule, known.get(name), path)),
  ]
}

function inside(name: string, rule: OptionRule, schema: unknown, path: string): readonly string[] {
  if (rule.state !== 'served') return []
  if (schema === undefined) return [path + name]
  const { members, each } = rule
  return [
    ...(members ? differences(members, schema, `${path}${name}.`) : []),
    ...(each ? differences(each, eachOf(schema), `${path}${name}.*.`) : []),
  ]
}

const INPUTS = routes.flatMap(({ method, path, query, body, queryOptions, bodyOptions }) => [
  { name: `query of ${method} ${path}`, schema: query, table: queryOptions },
  { name: `body of ${method} ${path}`, schema: body, table: bodyOptions },
])

/** Parts of Mastra: what else has a query or a body is not known to its clients. */
const OF_ORIGINAL = /^(?:query|body) of \w+ \/(?:agents|tools|memory)\b/

describe('the options of routes', () => {
  it.each(INPUTS.filter(({ name, schema }) => schema && OF_ORIGINAL.test(name)))(
    'are closed: $name',
    ({ table }) => {
      expect(table).toBeDefined()
    },
  )

  it.each(INPUTS.filter(({ table }) => table))('are served as the schema says: $name', (input) => {
    const { schema, table = {} } = input
    const json =
      schema === undefined ? {} : z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    expect(differences(table, json, '')).toStrictEqual([])
  })
})

describe('an answer', () => {
  const token = tokenOf('member')

  async function ask(verb: string, options: object, query = '') {
    const json = { messages: 'Hello', ...options }
    const path = `/api/agents/weather-agent/${verb}${query}`
    return await app.fetch(makeRequest(path, { token, json }))
  }

  it.each(['generate', 'stream'])(
    '%s asks no model where an option is not served',
    async (verb) => {
      const before = model.calls.length
      const refusal = await readRefusal(await ask(verb, { prepareStep: { tools: [] }, stopWhn: 1 }))
      expect(refusal).toStrictEqual({
        status: 400,
        code: 'option_unsupported',
        challenge: null,
        text: 'Signet does not serve an option of the request.',
        issues: [
          {
            field: 'prepareStep',
            message: 'Signet does not serve changes between steps. Leave it out.',
          },
          { field: 'stopWhn', message: 'There is no such option. Did you mean stopWhen?' },
        ],
      })
      const version = await readRefusal(await ask(verb, {}, '?versionId=v1'))
      expect(version).toMatchObject({ status: 400, code: 'option_unsupported' })
      expect(model.calls).toHaveLength(before)
      const answered = await ask(verb, { requireToolApproval: false, tracingOptions: { a: 1 } })
      expect(answered.status).toBe(200)
      await answered.text()
      expect(model.calls).toHaveLength(before + 1)
    },
  )

  it('is refused to who may not ask before its options are looked at', async () => {
    const json = { messages: 'Hello', stopWhen: 1 }
    const path = '/api/agents/weather-agent/generate'
    const denied = await app.fetch(makeRequest(path, { token: tokenOf('viewer'), json }))
    expect(await readRefusal(denied)).toMatchObject({ status: 403, code: 'scope_insufficient' })
    const stranger = await app.fetch(makeRequest(path, { json }))
    expect(await readRefusal(stranger)).toMatchObject({ status: 401, code: 'token_missing' })
  })
})
