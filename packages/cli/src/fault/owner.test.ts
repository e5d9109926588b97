import { pathToFileURL } from 'node:url'
import { withOrigin } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { endsTrust } from './owner.js'

const OWN = new URL('watch.js', import.meta.url).href
const APPLICATION = pathToFileURL('/srv/application/index.js').href
const PACKAGE = pathToFileURL('/srv/node_modules/cache/index.js').href

/** An error whose stack names these files, the last called first. */
function errorIn(files: readonly string[], message = 'cache is away'): Error {
  const error = new Error(message)
  const places = files.map((file) => `    at work (${file}:1:2)`)
  error.stack = [`Error: ${message}`, ...places].join('\n')
  return error
}

describe('endsTrust', () => {
  it.each([
    ['work of Signet alone', [OWN]],
    ['work of Signet that calls a package', [PACKAGE, OWN]],
  ])('ends the trust in a process where %s broke off', (_, files) => {
    expect(endsTrust(errorIn(files))).toBe(true)
  })

  it.each([
    ['code of the application', [APPLICATION]],
    ['work of Signet that the application began', [OWN, APPLICATION]],
    ['a package alone', [PACKAGE]],
    ['what names no file', ['node:internal/timers']],
    ['an address of another machine', ['file://elsewhere/index.js']],
    ['an address that cannot be read', ['file:///srv/%2F/%ZZ.js']],
  ])('keeps it after a fault of %s', (_, files) => {
    expect(endsTrust(errorIn(files))).toBe(false)
  })

  it('keeps it after a fault of Signet in what code of the application began', () => {
    expect(withOrigin({ tool: 'forget' }, () => endsTrust(errorIn([OWN])))).toBe(false)
  })

  it('takes no place from a message, which others may have written', () => {
    const message = `not found\n    at work (${OWN}:1:2)`
    expect(endsTrust(errorIn([PACKAGE], message))).toBe(false)
    expect(endsTrust(errorIn([PACKAGE, OWN], message))).toBe(true)
  })

  it.each([undefined, 'text', { stack: `    at work (${OWN}:1:2)` }])(
    'keeps it after %j, which is no error',
    (thrown) => {
      expect(endsTrust(thrown)).toBe(false)
    },
  )
})
