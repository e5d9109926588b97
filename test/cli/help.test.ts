import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet } from '@signet/test-support/process/signet-process'

const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')
const DOCS = 'https://github.com/signet-agents/signet/blob/main/'

/** The help of a command, as a person reads it. */
interface Help {
  readonly words: readonly string[]
  readonly text: string
  readonly examples: readonly string[]
}

async function readHelp(words: readonly string[]): Promise<Help> {
  const { code, stdout: text, stderr } = await runSignet([...words, '--help'])
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
  const [, examples = ''] = /^Examples:\n((?: {2}.+\n)+)/m.exec(text) ?? []
  return { words, text, examples: examples.split('\n').flatMap((line) => line.trim() || []) }
}

/** The commands that a help lists, but for help itself. */
function commandsIn({ text }: Help): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.+\n)+)/m.exec(text) ?? []
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name)
  return names.filter((name) => name !== 'help')
}

async function readAll(words: readonly string[] = []): Promise<readonly Help[]> {
  const help = await readHelp(words)
  const below = await Promise.all(commandsIn(help).map((name) => readAll([...words, name])))
  return [help, ...below.flat()]
}

const copies = new FixtureCopies()
const helps = await readAll()
const named = helps.map((help) => ['signet', ...help.words].join(' '))
const cases = helps.map((help, index) => [named[index] ?? '', help] as const)

afterAll(() => copies.remove())

describe('the help of every command', () => {
  it('is found from the first one', () => {
    expect(named).toContain('signet keys create')
    expect(named.length).toBeGreaterThan(14)
  })

  it.each(cases)('%s has examples whose flags it has, and a page that is there', (name, help) => {
    expect(help.examples).not.toStrictEqual([])
    for (const example of help.examples) {
      const calls = [...example.matchAll(/npx (signet(?: [a-z]+)*)((?: [^|<)]+)?)/g)]
      expect(calls).not.toStrictEqual([])
      expect(calls.some(([, called = '']) => `${called} `.startsWith(`${name} `))).toBe(true)
      for (const [, called = '', rest = ''] of calls) {
        const index = named.findLastIndex((each) => `${called} `.startsWith(`${each} `))
        expect(named[index]).not.toBe('signet')
        for (const [flag] of rest.matchAll(/--[a-z-]+/g)) {
          expect(helps[index]?.text).toMatch(new RegExp(`^ {2}(?:-\\w, )?${flag}\\b`, 'm'))
        }
      }
    }
    const [, page = '', anchor] =
      new RegExp(`^Docs: ${DOCS}([^#\\n]+)(?:#(.+))?$`, 'm').exec(help.text) ?? []
    expect(existsSync(join(ROOT, page))).toBe(true)
    if (anchor !== undefined) {
      expect(readFileSync(join(ROOT, page), 'utf8').toLowerCase()).toContain(`\n## ${anchor}\n`)
    }
  })

  it('does not name a flag that is there for the scripts of before alone', () => {
    expect(helps.find(({ words }) => words[0] === 'revoke')?.text).not.toContain('--token')
  })
})

describe.skipIf(process.platform === 'win32')('the examples of the help', () => {
  let folder: string
  beforeAll(() => {
    folder = copies.copy('remembering')
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${COMMAND}" "$@"\n`
    writeFileSync(join(bin, 'npx'), npx, { mode: 0o755 })
  })

  function run(example: string) {
    const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`
    const options = { cwd: folder, env: { PATH }, encoding: 'utf8', timeout: 60_000 } as const
    const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', example], options)
    return { status, stdout, stderr }
  }

  /** What serves until it is ended is run by tests of its own, and of the key in the example there is none. */
  const OTHERS = /signet (?:dev|start|proxy)\b|keys revoke/

  it('run as they are printed', () => {
    expect(run('npx signet secret --write .env').status).toBe(0)
    expect(run('npx signet token --sub alice > token.txt').status).toBe(0)
    for (const { examples } of helps) {
      for (const example of examples.filter((each) => !OTHERS.test(each))) {
        if (/--write/.test(example)) rmSync(join(folder, '.env'))
        const { status, stderr } = run(example)
        // Doctor has something to say of the fixture.
        const isFine = status === 0 || (/doctor/.test(example) && stderr === '')
        expect({ example, status: isFine ? 0 : status, stderr }).toMatchObject({ status: 0 })
        if (example.endsWith('.env')) run('npx signet token --sub alice > token.txt')
      }
    }
  }, 120_000)

  it('say what is wrong where the key is not there', () => {
    const { status, stderr } = run('npx signet keys revoke 0198f2c4-8a51-7b3e-9d60-2f4c1e7ab905')
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('signet keys list'),
    })
  })
})
