import { randomUUID } from 'node:crypto'

let lastTime = -1
let prefix = ''

/**
 * Makes the id of a request: a UUID that begins with the time (RFC 9562, version 7), then 74 bits of chance. Ids
 * of one time are neighbours in an index, where ids of chance alone would touch a page of it each.
 * @param now - milliseconds since 1970, below 2 ** 48
 */
export function createRequestId(now: number): string {
  if (now !== lastTime) {
    lastTime = now
    const time = now.toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  }
  // Chance and variant are where they are in version 4.
  return prefix + randomUUID().slice(15)
}
