import { isRunning } from '@signet/auth/internal'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import { ROOT } from '@signet/test-support/process/root'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
const REPORTER = join(ROOT, 'scripts', 'stuck-reporter.mjs')

let folder: string

beforeEach(() => {
  // Below the project, where vitest is found.
  mkdirSync(join(ROOT, '.signet'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.signet', 'stuck-test-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a file of tests with the reporter, which gives it 3 s. */
async function runTests(code: string) {
  writeFileSync(join(folder, 'one.test.ts'), `import { it } from 'vitest'\n${code}`)
  // Otherwise the configuration of the project is found.
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {}\n')
  const { PATH = '' } = process.env
  const run = new SignetProcess([], {
    command: [process.execPath, VITEST, 'run', '--root', folder, '--reporter', REPORTER],
    env: { PATH, SIGNET_MAX_TEST_FILE_MS: '3000' },
  })
  const { code: exitCode, stdout } = await run.ended()
  return { exitCode, stdout }
}

it.skipIf(process.platform !== 'linux').each([
  [
    'waits for a process without a limit',
    `import { spawnSync } from 'node:child_process'
     it('waits', () => { spawnSync(process.execPath, ['-e', 'setInterval(() => 0, 1000)']) })`,
  ],
  ['loops for ever', `it('loops', () => { for (;;); })`],
  [
    'waits before its first test',
    `await new Promise(() => setInterval(() => 0, 1000))
     it('is never reached', () => {})`,
  ],
])('a run ends with the name of the file that %s, and leaves no process', async (_, code) => {
  const { exitCode, stdout } = await runTests(code)
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 1 })
  expect(stdout).toMatch(/^one\.test\.ts does not end; /m)
  const ids = [...stdout.matchAll(/^(\d+) \d+ [A-Z] /gm)].map(([, id]) => Number(id))
  expect(ids).not.toStrictEqual([])
  await expect.poll(() => ids.filter(isRunning)).toStrictEqual([])
  expect(stdout.trim()).toMatch(/\n0 passed, 1 failed: the run stood still$/)
})

it('a run whose files end is left alone', async () => {
  expect(await runTests(`it('ends', () => {})`)).toStrictEqual({ exitCode: 0, stdout: '' })
})
