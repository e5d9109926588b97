import { expect, it } from 'vitest'
import { HTTP_METHODS } from './http-method.js'

it('names each method of a route once, and no method that only the server itself answers', () => {
  expect(HTTP_METHODS).toStrictEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
  expect(Object.isFrozen(HTTP_METHODS)).toBe(true)
})
