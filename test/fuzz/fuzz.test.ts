import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildFuzzProgram } from '../../scripts/fuzz-program.mjs'

const FOLDER = fileURLToPath(new URL('../../.signet/', import.meta.url))
/** Starting what is tried takes a busy machine far longer than trying it. */
const TEST_TIMEOUT_MS = 180_000

let directory: string
let program: string

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true })
  directory = mkdtempSync(join(FOLDER, 'fuzz-test-'))
  program = buildFuzzProgram(join(directory, 'program'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

function run(...args: readonly string[]) {
  const findings = join(directory, 'findings')
  return spawnSync(
    process.execPath,
    ['--enable-source-maps', program, ...args, '--findings', findings],
    { encoding: 'utf8', timeout: TEST_TIMEOUT_MS, killSignal: 'SIGKILL' },
  )
}

describe('npm run fuzz', () => {
  it.each(['tokens', 'http', 'bodies'])(
    'finds nothing in one batch of %s, and says what it tried',
    (name) => {
      const { status, stdout, stderr } = run(name, '--batch', '0')
      // All of it, so that a finding can be looked into by who reads the log of the tests.
      expect({ status, stderr, stdout }).toMatchObject({ status: 0, stderr: '' })
      expect(stdout).toMatch(/^seed \d+, 1 minutes each$/m)
      expect(stdout).toMatch(
        new RegExp(`^${name}.*: [1-9]\\d* cases in \\d+ s, \\d+ per second, 0 findings$`, 'm'),
      )
      expect(stdout).toMatch(
        /^ {2}resident memory of what was tried, from start to end: [1-9]\d* MB, /m,
      )
      expect(existsSync(join(directory, 'findings'))).toBe(false)
    },
    TEST_TIMEOUT_MS,
  )

  it.each([
    [['nothing'], 'There is nothing called nothing to try.'],
    [['http', 'tokens'], 'One thing to try, not 2.'],
    [['--minutes', '0'], '--minutes cannot be 0.'],
    [['--minutes', 'soon'], '--minutes cannot be soon.'],
    [['--seed', '-1'], '--seed'],
    [['--seed', '0.5'], '--seed cannot be 0.5.'],
    [['--batch', '3'], '--batch is of one thing to try.'],
    [['--for', '3'], "Unknown option '--for'"],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = run(...args)
    expect(status).not.toBe(0)
    expect(stderr).toContain(message)
  })

  it('is documented by the README beside it', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
    const [, usage] = /Usage: (npm run fuzz.*?)[`']/.exec(
      readFileSync(new URL('arguments.ts', import.meta.url), 'utf8'),
    ) ?? ['', '-']
    expect(readme).toContain(usage)
  })
})
