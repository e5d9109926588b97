import { describe, expect, it } from 'vitest'
import { checkLayers, findBreaks } from '../../scripts/check-layers.mjs'

const packages = [['auth'], ['core'], ['server']]
const rooms = [['lib', 'error.ts'], ['http', 'gate'], ['gate/deep'], ['app.ts']]

/** What is said of one file of the package core that stands beside one file in each room. */
function breaksOf(file: string, text: string): string[] {
  const others = ['lib/a.ts', 'error.ts', 'http/b.ts', 'gate/c.ts', 'gate/deep/d.ts', 'app.ts']
  const files = new Map([...others.map((name): [string, string] => [name, '']), [file, text]])
  return findBreaks('core', files, { packages, rooms })
}

describe('a file', () => {
  it.each([
    ['its own room', 'gate/x.ts', "import { c } from './c.js'"],
    ['a lower floor', 'gate/x.ts', "import type { A } from '../lib/a.js'"],
    [
      'a folder below its own that is a lower room',
      'app.ts',
      "export { d } from './gate/deep/d.js'",
    ],
    ['a package below', 'gate/x.ts', "import { sign } from '@signet/auth/internal'"],
    ['a package that is not ours', 'lib/x.ts', "import { z } from 'zod'"],
  ])('may import from %s', (_, file, text) => {
    expect(breaksOf(file, text)).toStrictEqual([])
  })

  it.each([
    [
      'a higher floor',
      'lib/x.ts',
      "import { c } from '../gate/c.js'",
      'gate is not on a floor below lib',
    ],
    [
      'a higher floor, of a type',
      'lib/x.ts',
      "import type { C } from '../gate/c.js'",
      'gate is not on',
    ],
    ['a higher floor, late', 'lib/x.ts', "await import('../gate/c.js')", 'gate is not on'],
    ['a higher floor, to export it', 'lib/x.ts', "export * from '../gate/c.js'", 'gate is not on'],
    [
      'the room beside',
      'http/x.ts',
      "import { c } from '../gate/c.js'",
      'gate is not on a floor below http',
    ],
    [
      'a folder below its own that is a higher room',
      'gate/x.ts',
      "import './deep/d.js'",
      'gate/deep is not',
    ],
    [
      'a package above',
      'gate/x.ts',
      "import { app } from '@signet/server'",
      'server is not on a floor below core',
    ],
  ])('may not import from %s', (_, file, text, reason) => {
    expect(breaksOf(file, text)).toStrictEqual([expect.stringContaining(reason)])
  })

  it('has a room', () => {
    expect(breaksOf('new/x.ts', '')).toStrictEqual([
      'core/src/new/x.ts stands in no room of scripts/layers.mjs.',
    ])
  })

  it.each(['index.ts', 'internal.ts', 'lib/a.test.ts', 'lib/a.test-d.ts'])(
    'may import from every room where it is %s',
    (file) => {
      expect(
        breaksOf(file, "import { app } from './app.js'\nimport { c } from '../gate/c.js'"),
      ).toStrictEqual([])
    },
  )
})

it('is in its room in every package', () => {
  expect(checkLayers()).toBe(true)
})
