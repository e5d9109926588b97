import { describe, expect, it } from 'vitest'
import { readDocumentRoutes } from './document-routes.js'

const openapi = '3.1.0'
const read = (document: unknown) =>
  readDocumentRoutes(document)?.map(({ method, path }) => `${method} ${path}`)

describe('the routes of an OpenAPI document', () => {
  it('stand below the path of its servers, unless an item has servers of its own', () => {
    const paths = {
      '/agents/{agentId}': { get: {}, delete: {}, summary: 'x', parameters: [] },
      '/report': { post: {}, servers: [{ url: '/' }] },
    }
    const all = (prefix: string) => [
      `GET ${prefix}/agents/:agentId`,
      `DELETE ${prefix}/agents/:agentId`,
      'POST /report',
    ]
    expect(read({ openapi, paths, servers: [{ url: '/api' }] })).toStrictEqual(all('/api'))
    expect(read({ openapi, paths, servers: [{ url: 'https://a.example/v1/' }] })).toStrictEqual(
      all('/v1'),
    )
    for (const servers of [undefined, [], [{}], [{ url: 5 }], [{ url: 'http://' }], 'x']) {
      expect(read({ openapi, paths, servers })).toStrictEqual(all(''))
    }
  })

  it('have parameters, whatever their names, and say where one is a part of a segment', () => {
    const paths = Object.fromEntries(
      ['/a/{b}', '/a/{b-c}/d', '/a/{1}', '/a/{b}.json', '/a/{'].map((path) => [path, { get: {} }]),
    )
    expect(
      readDocumentRoutes({ openapi, paths })?.map(({ path, isPlain }) => [path, isPlain]),
    ).toStrictEqual([
      ['/a/:b', true],
      ['/a/:b_c/d', false],
      ['/a/:_1', false],
      ['/a/:b', false],
      ['/a/:_', false],
    ])
  })

  it('are none of what is not one: a method of nobody, an item that is not an object, a path without a slash', () => {
    const paths = JSON.parse(
      '{"/a":{"trace":{},"GET":{},"get":5,"__proto__":{"get":{}}},"/b":null,"c":{"get":{}},"__proto__":{"get":{}}}',
    )
    expect(read({ openapi, paths })).toStrictEqual([])
    expect(read({ openapi, paths: { [`/${'a'.repeat(3000)}`]: { get: {} } } })).toStrictEqual([])
  })

  it.each([
    undefined,
    null,
    'text',
    5,
    [],
    {},
    { openapi },
    { openapi, paths: null },
    { openapi: 3, paths: {} },
    { paths: {} },
    Object.create({ openapi, paths: {} }),
  ])('are not read from %j', (document) => {
    expect(readDocumentRoutes(document)).toBeUndefined()
  })

  it('are not read where they are too many', () => {
    const paths = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index}`, { get: {} }]))
    expect(readDocumentRoutes({ openapi, paths: paths(5000) })).toHaveLength(5000)
    expect(readDocumentRoutes({ openapi, paths: paths(5001) })).toBeUndefined()
  })
})
