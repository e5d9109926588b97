import { permissionTemplates } from '@signet/auth/internal'
import type { ApiRoute } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'
import { STATUS } from '../../error/error-response.js'

type Json = Readonly<Record<string, unknown>>

const PATH = '/api/openapi.json'

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectOf(value: unknown): Json {
  expect(value).toSatisfy(isObject)
  return Object(value) as Json
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function serve(apiRoutes: readonly ApiRoute[] = []): App {
  const server = { auth: createTestAuth(), apiRoutes }
  return createApp(createTestApplication({ server }).mastra)
}

async function read(app: App): Promise<Json> {
  const response = await app.fetch(makeRequest(PATH, { token: tokenWith() }))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  return objectOf(await response.json())
}

interface Operation {
  readonly method: string
  readonly template: string
  readonly about: Json
}

function operationsOf(document: Json): Operation[] {
  return Object.entries(objectOf(document['paths'])).flatMap(([template, methods]) =>
    Object.entries(objectOf(methods)).map(([method, about]) => ({
      method,
      template,
      about: objectOf(about),
    })),
  )
}

const handler: ApiRoute['handler'] = (c) => c.text('handled')
const app = serve([
  registerApiRoute('/mine/:first/:second', { method: 'ALL', handler, access: 'memory:read' }),
  registerApiRoute('/open', { method: 'POST', handler, requiresAuth: false }),
  registerApiRoute('/items/:id{[0-9]+}', { method: 'GET', handler }),
])
const document = await read(app)
const operations = operationsOf(document)
const named = operations.map((each) => [`${each.method} ${each.template}`, each] as const)

/** Every value in a document, with where it stands. */
function* walk(value: unknown, place = '#'): Generator<readonly [string, unknown]> {
  yield [place, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) yield* walk(member, `${place}/${name}`)
}

function resolve(root: unknown, ref: string): unknown {
  return ref
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), root)
}

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
const SCHEMAS_BY_NAME = ['properties', 'patternProperties', '$defs']
const SCHEMA_LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const ONE_SCHEMA = ['items', 'additionalProperties', 'propertyNames', 'not', 'contentSchema']
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const TEXTS = ['format', 'description', 'title', '$schema', '$ref', 'contentMediaType']
const REST = ['type', 'enum', 'const', 'required', 'pattern', 'default', 'examples']
const KEYWORDS = new Set([
  ...SCHEMAS_BY_NAME,
  ...SCHEMA_LISTS,
  ...ONE_SCHEMA,
  ...COUNTS,
  ...NUMBERS,
  ...TEXTS,
  ...REST,
])

/** What is wrong with a JSON Schema (2020-12), as far as its own keywords say. */
function faultsOf(schema: unknown, place: string): string[] {
  if (typeof schema === 'boolean') return []
  if (!isObject(schema)) return [`${place} is no schema`]
  const faults: string[] = []
  const check = (isGood: boolean, name: string) => {
    if (!isGood) faults.push(`${place}/${name}: ${JSON.stringify(schema[name])}`)
  }
  for (const [name, value] of Object.entries(schema)) {
    const at = `${place}/${name}`
    check(KEYWORDS.has(name), name)
    if (COUNTS.includes(name)) check(Number.isInteger(value) && Number(value) >= 0, name)
    if (NUMBERS.includes(name)) check(typeof value === 'number', name)
    if (TEXTS.includes(name)) check(typeof value === 'string', name)
    if (ONE_SCHEMA.includes(name)) faults.push(...faultsOf(value, at))
    if (SCHEMA_LISTS.includes(name)) {
      check(listOf(value).length > 0, name)
      listOf(value).forEach((each, index) => faults.push(...faultsOf(each, `${at}/${index}`)))
    }
    if (SCHEMAS_BY_NAME.includes(name)) {
      check(isObject(value), name)
      for (const [key, each] of Object.entries(Object(value))) {
        faults.push(...faultsOf(each, `${at}/${key}`))
      }
    }
  }
  const { type, required, pattern, enum: values, examples } = schema
  const types = [type].flat()
  if (type !== undefined)
    check(
      types.every((each) => TYPES.has(String(each))),
      'type',
    )
  if (values !== undefined) check(listOf(values).length > 0, 'enum')
  if (examples !== undefined) check(Array.isArray(examples), 'examples')
  if (required !== undefined) {
    const names = listOf(required)
    check(Array.isArray(required) && new Set(names).size === names.length, 'required')
    const known = Object.keys(Object(schema['properties']))
    check(
      names.every((name) => known.includes(String(name))),
      'required',
    )
  }
  if (pattern !== undefined) expect(() => new RegExp(String(pattern), 'u')).not.toThrow()
  return faults
}

describe('GET /openapi.json', () => {
  it('is not for strangers', async () => {
    const refusal = await readRefusal(await app.fetch(makeRequest(PATH)))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing', challenge: 'Bearer' })
  })

  it('is an OpenAPI 3.1 document', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d+$/),
      info: { title: 'Signet', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    })
    expect(Object.keys(document)).toStrictEqual([
      'openapi',
      'info',
      'servers',
      'paths',
      'components',
    ])
  })

  it('lists exactly the routes of the table', () => {
    const expected = app.table.routes.map((route) => {
      const path = app.table.pathOf(route).replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
      return `${route.method.toLowerCase()} ${path}`
    })
    expect(named.map(([name]) => name).sort()).toStrictEqual(expected.sort())
    expect(expected).toContain('delete /mine/{first}/{second}')
    expect(expected).toContain('get /items/{id}')
    expect(expected).toContain('get /api/openapi.json')
  })

  it('follows the prefix of the application', async () => {
    const server = { auth: createTestAuth(), apiPrefix: '/v1' }
    const other = createApp(createTestApplication({ server }).mastra)
    const response = await other.fetch(makeRequest('/v1/openapi.json', { token: tokenWith() }))
    const paths = Object.keys(objectOf(objectOf(await response.json())['paths']))
    const outside = paths.filter((path) => !path.startsWith('/v1/'))
    expect(outside).toStrictEqual([
      '/health',
      '/ready',
      '/metrics',
      '/.well-known/oauth-protected-resource',
    ])
  })

  it('has an id for each operation, which no other has', () => {
    const ids = operations.map(({ about }) => about['operationId'])
    expect(new Set(ids).size).toBe(operations.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/)
  })

  it('has an id for each of two routes of the application that look alike', async () => {
    const routes = ['/a/b', '/a-b', '/a/:b', '/a.b', '/a_b'].map((path) =>
      registerApiRoute(path, { method: 'GET', handler }),
    )
    const own = operationsOf(await read(serve(routes))).filter(
      ({ template }) =>
        template.startsWith('/a/') || template.startsWith('/a-') || /^\/a[._]/.test(template),
    )
    expect(own).toHaveLength(routes.length)
    expect(new Set(own.map(({ about }) => about['operationId'])).size).toBe(routes.length)
  })

  it('takes what the application says of its route', async () => {
    const openapi = { tags: ['mine'], summary: 'My route', deprecated: true }
    const route = registerApiRoute('/said', { method: 'GET', handler, openapi })
    const paths = objectOf((await read(serve([route])))['paths'])
    expect(paths['/said']).toMatchObject({
      get: { ...openapi, 'x-signet-access': 'authenticated' },
    })
  })

  it.each([{ security: [] }, { 'x-signet-access': 'public' }])(
    'does not let the application say something else about who may call: %j',
    async (openapi) => {
      const route = registerApiRoute('/said', { method: 'GET', handler, openapi })
      const paths = objectOf((await read(serve([route])))['paths'])
      expect(paths['/said']).toMatchObject({
        get: { security: [{ bearer: [] }], 'x-signet-access': 'authenticated' },
      })
    },
  )

  it('says of the metadata of the server that it may not be there', () => {
    const { get } = objectOf(objectOf(document['paths'])['/.well-known/oauth-protected-resource'])
    expect(Object.keys(objectOf(objectOf(get)['responses']))).toStrictEqual(['200', '404'])
  })

  it('has references that lead somewhere', () => {
    const refs = [...walk(document)].filter(([place]) => place.endsWith('/$ref'))
    expect(refs.length).toBeGreaterThan(0)
    const lost = refs.filter(([, ref]) => resolve(document, String(ref)) === undefined)
    expect(lost).toStrictEqual([])
  })

  it('has a code for every refusal in the table of codes', () => {
    const schema = resolve(
      document,
      '#/components/responses/Refusal/content/application~1json/schema',
    )
    expect(schema).toMatchObject({
      properties: { code: { enum: Object.keys(STATUS) } },
      required: ['error', 'code', 'requestId'],
    })
  })

  it('has schemas that are JSON Schema', () => {
    const schemas = [...walk(document)].filter(([place]) => place.endsWith('/schema'))
    expect(schemas.length).toBeGreaterThan(100)
    expect(schemas.flatMap(([place, schema]) => faultsOf(schema, place))).toStrictEqual([])
  })
})

describe.each(named)('%s', (_, { method, template, about }) => {
  const route = app.table.routes.find(
    (each) =>
      each.method.toLowerCase() === method &&
      app.table.pathOf(each).replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}') === template,
  )
  const isPublic = route?.access === 'public'
  const parameters = listOf(about['parameters']).map(objectOf)

  it('says who may call, as the table does', () => {
    expect(about['x-signet-access']).toStrictEqual(route?.access)
    expect(about['security']).toStrictEqual(isPublic ? [] : [{ bearer: [] }])
    for (const permission of permissionTemplates(route?.access ?? 'public')) {
      expect(about['description']).toContain(permission)
    }
    expect(about['summary']).toMatch(/\S/)
  })

  it('declares the parameters of its path, each once', () => {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = parameters.filter((each) => each['in'] === 'path')
    expect(declared.map((each) => each['name'])).toStrictEqual(names)
    for (const each of declared) {
      expect(each).toMatchObject({ required: true, schema: { type: 'string' } })
    }
  })

  it('declares no parameter twice, and each with a schema', () => {
    const keys = parameters.map((each) => `${String(each['in'])} ${String(each['name'])}`)
    expect(new Set(keys).size).toBe(keys.length)
    for (const each of parameters) {
      expect(['path', 'query']).toContain(each['in'])
      expect(isObject(each['schema'])).toBe(true)
      expect(typeof each['required']).toBe('boolean')
    }
  })

  it('declares a body exactly where the route reads one', () => {
    expect(about['requestBody'] !== undefined).toBe(route?.body !== undefined)
  })

  it('declares an answer, and the refusals of its kind', () => {
    const responses = objectOf(about['responses'])
    expect(responses[route?.status ?? 200]).toMatchObject({
      description: expect.stringMatching(/\S/),
    })
    expect('401' in responses).toBe(!isPublic)
    expect('413' in responses).toBe(route?.body !== undefined)
    const isNamed = route?.refusals?.includes('not_found') === true
    expect('404' in responses).toBe(template.includes('{') || isNamed)
    const input = route?.query ?? route?.body ?? route?.queryOptions
    expect('400' in responses).toBe(input !== undefined)
  })
})
