import { pathToFileURL } from 'node:url'
import { followFaultOrigins } from '@signet/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { endsTrust } from './owner.js'

const OWN_FILE = new URL('./watch.js', import.meta.url)
const OWN = OWN_FILE.pathname
const APPLICATION = '/srv/application/src/mastra/index.ts'
const PACKAGE = '/srv/application/node_modules/left/index.js'

function failure(message: string, ...places: readonly string[]): Error {
  const error = new Error(message)
  error.stack = [`Error: ${message}`, ...places.map((place) => `    at ${place}`)].join('\n')
  return error
}

it('ends no process before it is followed where faults begin', () => {
  expect(endsTrust(failure('broken', `run (${OWN_FILE.href}:1:2)`))).toBe(false)
})

describe('a fault that nobody handled ends the process', () => {
  beforeAll(followFaultOrigins)

  it.each([
    ['in code of Signet alone', [`run (${OWN_FILE.href}:1:2)`, 'node:internal/timers:581:17']],
    ['named by its path', [`async ${OWN}:1:2`]],
    ['through a package that it uses', [`parse (${PACKAGE}:1:2)`, `new Reader (${OWN}:3:4)`]],
    [
      'of an installed copy',
      ['run (/srv/application/node_modules/@signet/core/dist/index.js:1:2)'],
    ],
  ])('%s', (_, places) => {
    expect(endsTrust(failure('broken', ...places))).toBe(true)
  })

  it('that Node.js calls a fault of its own', () => {
    const error = Object.assign(failure('broken', `run (${APPLICATION}:1:2)`), {
      code: 'ERR_INTERNAL_ASSERTION',
    })
    expect(endsTrust(error)).toBe(true)
  })
})

describe('a fault that nobody handled leaves the process alone', () => {
  it.each([
    ['of the application', [`execute (${APPLICATION}:1:2)`]],
    ['of the application, called by Signet', [`execute (${APPLICATION}:1:2)`, `run (${OWN}:1:2)`]],
    ['of a package of the application', [`send (${PACKAGE}:1:2)`, 'node:net:300:1']],
    ['by the address of a file', [`async ${pathToFileURL(APPLICATION).href}:1:2`]],
    ['without a place', []],
    ['of Node.js alone', ['TCP.onread (node:net:300:1)']],
  ])('%s', (_, places) => {
    expect(endsTrust(failure('broken', ...places))).toBe(false)
  })

  it('whose message looks like a place of Signet', () => {
    const message = `broken\n    at run (${OWN}:1:2)`
    expect(endsTrust(failure(message, `execute (${APPLICATION}:1:2)`))).toBe(false)
    expect(endsTrust(failure(message))).toBe(false)
  })

  it.each([undefined, null, 'text', { stack: `at run (${OWN}:1:2)` }])('that is %j', (thrown) => {
    expect(endsTrust(thrown)).toBe(false)
  })
})
