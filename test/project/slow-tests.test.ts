import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slowTests, startsSomething } from '../../scripts/slow-tests.mjs'
import { ROOT } from '@signet/test-support/process/root'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-slow-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const SPAWN = "import { spawn } from 'node:child_process'\nspawn('true')\n"

/** Whether a test of this text, which has a helper that starts a process and one that does not, is left out. */
function isSlow(text: string): boolean {
  write('test/support/server.ts', `${SPAWN}export interface Server { url: string }\n`)
  write('test/support/start.ts', "export { start } from './server.js'\n")
  write('test/support/root.ts', "export const ROOT = '/'\n")
  write('packages/cli/src/doctor.ts', SPAWN)
  return startsSomething(root, write('test/some.test.ts', text))
}

describe('npm test -- --fast', () => {
  it.each([
    ['imports what starts a process', SPAWN],
    ['imports a browser', "import { chromium } from 'playwright-core'\n"],
    [
      'imports a helper that starts a process',
      "import { start } from '@signet/test-support/server'\n",
    ],
    [
      'imports a helper that passes on another',
      "import { start } from '@signet/test-support/start'\n",
    ],
    ['imports a helper only for what it does', "import '@signet/test-support/server'\n"],
    ['imports a helper later', "const { start } = await import('@signet/test-support/server')\n"],
    [
      'imports a value beside a type',
      "import { start, type Server } from '@signet/test-support/server'\n",
    ],
  ])('leaves out a test file that %s', (_what, text) => {
    expect(isSlow(text)).toBe(true)
  })

  it.each([
    [
      'imports only types of such a helper',
      "import type { Server } from '@signet/test-support/server'\n",
    ],
    ['imports types one by one', "import { type Server } from '@signet/test-support/server'\n"],
    ['imports a helper that starts nothing', "import { ROOT } from '@signet/test-support/root'\n"],
    [
      'imports a source that may start something',
      "import { x } from '../packages/cli/src/doctor.js'\n",
    ],
    ['names such a module in a text', 'export const text = "import \'node:child_process\'"\n'],
  ])('runs a test file that %s', (_what, text) => {
    expect(isSlow(text)).toBe(false)
  })

  it('ends where helpers import each other', () => {
    write('test/support/a.ts', "import './b.js'\n")
    write('test/support/b.ts', "import './a.js'\n")
    expect(isSlow("import '@signet/test-support/a'\n")).toBe(false)
  })

  const slow = new Set(slowTests(ROOT))

  it.each([
    'postgres.test.ts',
    'test/studio/chat.test.ts',
    'test/cli/dev.test.ts',
    'test/server/crash.test.ts',
  ])('leaves out %s', (name) => {
    expect([...slow].filter((path) => `/${path}`.endsWith(`/${name}`))).not.toStrictEqual([])
  })

  it.each(['verify.test.ts', 'gate.test.ts', 'docs/paths.test.ts', 'slow-tests.test.ts'])(
    'runs %s',
    (name) => {
      expect([...slow].filter((path) => `/${path}`.endsWith(`/${name}`))).toStrictEqual([])
    },
  )
})
