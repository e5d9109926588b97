import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
/** Of the client there is a test of its own: it is compiled for browsers. */
const NAMES = readdirSync(join(ROOT, 'packages')).filter((name) => name !== 'client-js')

/** An example, with what its page says that it prints, where it does. */
interface Example {
  readonly name: string
  readonly code: string
  readonly prints: string | undefined
}

const copies = new FixtureCopies()

afterAll(() => copies.remove())

function run(args: readonly string[], directory: string): Promise<string> {
  return new Promise((resolve) => {
    // Whoever runs the tests may have a model of their own.
    const options = { cwd: directory, env: { ...process.env, MODEL: '' } }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve(error === null ? stdout : `failed: ${stdout}${stderr}`)
    })
  })
}

/** Compiles examples into the folder that it returns, and what the compiler says; empty where all is well. */
async function compile(examples: readonly Example[]) {
  const folder = copies.makeFolder()
  const compilerOptions = {
    composite: false,
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    lib: ['es2023', 'dom'],
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const extended = join(ROOT, 'tsconfig.base.json')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: extended, compilerOptions, include: ['*.ts'] }),
  )
  for (const { name, code } of examples) writeFileSync(join(folder, `${name}.ts`), code)
  return { folder, complaint: await run([TSC, '-p', folder], folder) }
}

function readPage(name: string): string {
  return readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8')
}

function examplesOf(name: string): Example[] {
  const blocks = /^```typescript\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?/gms
  return [...readPage(name).matchAll(blocks)].map(([, code = '', prints], index) => ({
    name: `${name}-${index}`,
    code,
    prints,
  }))
}

const examples = NAMES.flatMap(examplesOf)
let compiled: Awaited<ReturnType<typeof compile>>

beforeAll(async () => {
  compiled = await compile(examples)
})

describe('the READMEs of the packages', () => {
  it('have only examples that compile, each by itself', () => {
    expect(examples.length).toBeGreaterThanOrEqual(NAMES.length)
    expect(compiled.complaint).toBe('')
  })

  it('would show an example with an option that does not exist', async () => {
    const code =
      "import { openStore } from '@signet/store'\nawait openStore({ directory: '', file: '' })\n"
    const { complaint } = await compile([{ name: 'wrong', code, prints: undefined }])
    expect(complaint).toMatch(/wrong\.ts.*'file' does not exist/)
  })

  it('say of at least four packages what their example prints', () => {
    const told = examples.filter(({ prints }) => prints !== undefined)
    expect(told.map(({ name }) => name)).toStrictEqual(
      expect.arrayContaining(['auth-0', 'core-0', 'store-0', 'server-0', 'studio-0']),
    )
  })

  it.each(examples.filter(({ prints }) => prints !== undefined))(
    'have an example that prints what is said of it: $name',
    async ({ name, prints }) => {
      expect(await run([join(compiled.folder, `${name}.js`)], compiled.folder)).toBe(prints)
    },
  )

  it.each(NAMES)('say how @signet/%s is installed, what it exports, and its limits', (name) => {
    const page = readPage(name)
    expect(page).toMatch(new RegExp(`^# @signet/${name}\n`))
    expect(page).toMatch(new RegExp(`^npm install @signet/${name}\\b`, 'm'))
    expect(page).toMatch(/^## (?:What it exports|Commands)$/m)
    expect(page).toMatch(/^## Limits$/m)
  })

  // That what they link to is there, docs-paths.test.ts shows of every page.
  it.each([...NAMES, 'client-js'])('link by whole addresses, of @signet/%s', (name) => {
    for (const [, target] of readPage(name).matchAll(/\]\(([^)]+)\)/g)) {
      expect(target).toMatch(/^https:\/\//)
    }
  })
})
