import { expect, it } from 'vitest'
import { createRequestId } from './request-id.js'

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

it('the id of a request is a UUID of version 7 that begins with its time (RFC 9562)', () => {
  for (const time of [0, 1, 0x123456789abc, Date.UTC(2030, 0, 1)]) {
    const id = createRequestId(time)
    expect(id).toMatch(VERSION_7)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(time)
  }
})

it('ids of requests are all different, and in the order of their times', () => {
  const ids = Array.from({ length: 3000 }, (_, index) => createRequestId(1000 + (index >> 10)))
  expect(new Set(ids).size).toBe(3000)
  const prefixes = ids.map((id) => id.slice(0, 14))
  expect(prefixes).toStrictEqual(prefixes.toSorted())
})
