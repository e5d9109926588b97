import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

/** Others' declarations are read too, and those of the AI SDK and of zod are large. In milliseconds. */
const PATIENCE_MS = 120_000
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

const copies = new FixtureCopies()

afterAll(() => copies.remove())

/** What users can import of a package, such as `@signet/core/agent`. */
function entriesOf(folder: string): string[] {
  const path = join(ROOT, 'packages', folder, 'package.json')
  const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'))
  return Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => entry.replace('.', manifest.name))
}

/** A module that compiles only where an entry declares these values and no others. */
function agreement(entry: string, names: readonly string[]): string {
  // An entry of types alone has no value.
  const union = names.map((name) => JSON.stringify(name)).join(' | ') || 'never'
  return `import * as entry from '${entry}'
type Declared = keyof typeof entry
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
export const isSame: Same<Declared, ${union}> = true
`
}

/** How those who install the packages may compile. */
interface Consumer {
  readonly module: 'nodenext' | 'esnext'
  readonly moduleResolution: 'nodenext' | 'bundler'
  readonly types: readonly string[]
}

/** What the compiler says of modules, and of the declarations that they lead to; empty where all is well. */
function compile(modules: readonly string[], consumer: Consumer): Promise<string> {
  const folder = copies.makeFolder()
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    strict: true,
    noEmit: true,
    // What we declare is checked too, not only what is made of it.
    skipLibCheck: false,
    ...consumer,
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  )
  modules.forEach((code, index) => writeFileSync(join(folder, `entry-${index}.ts`), code))
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '-p', folder], (error, stdout, stderr) => {
      resolve(error === null ? '' : stdout + stderr)
    })
  })
}

async function agreements(entries: readonly string[]): Promise<string[]> {
  return await Promise.all(
    entries.map(async (entry) => {
      const module: object = await import(entry)
      return agreement(entry, Object.keys(module))
    }),
  )
}

/** Of others' declarations only what is wrong with ours is told. */
function ours(complaint: string): string[] {
  return complaint.split('\n').filter((line) => /^(?:\S*packages\/|\S*entry-\d)/.test(line))
}

const ALL = readdirSync(join(ROOT, 'packages')).flatMap(entriesOf)
const BROWSER = [...entriesOf('client-js'), '@signet/auth/advice', '@signet/auth/advice/general']

describe('what the packages export', { timeout: PATIENCE_MS }, () => {
  it('has every entry that a move from Mastra needs', () => {
    expect(ALL).toStrictEqual(
      expect.arrayContaining([
        '@signet/auth',
        '@signet/auth/test',
        '@signet/client-js/react',
        '@signet/core/agent',
        '@signet/core/storage',
      ]),
    )
  })

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ] as const)('is declared as it is, by $moduleResolution', async (resolution) => {
    const complaint = await compile(await agreements(ALL), { ...resolution, types: ['node'] })
    expect(ours(complaint)).toStrictEqual([])
  })

  it('needs no types of Node.js in a browser', async () => {
    const consumer = { module: 'esnext', moduleResolution: 'bundler', types: [] } as const
    expect(await compile(await agreements(BROWSER), consumer)).toBe('')
  })

  it('would not compile where a value is declared that is not there, or the reverse', async () => {
    const consumer = { module: 'nodenext', moduleResolution: 'nodenext', types: ['node'] } as const
    const tooMany = agreement('@signet/store', ['StorageError', 'createStore', 'openStore', 'no'])
    const tooFew = agreement('@signet/store', ['StorageError', 'createStore'])
    const complaint = ours(await compile([tooMany, tooFew], consumer))
    expect(complaint).toStrictEqual([
      expect.stringMatching(/entry-0\.ts.*TS2322/),
      expect.stringMatching(/entry-1\.ts.*TS2322/),
    ])
  })

  it('is all there is: a file within a package cannot be imported', async () => {
    const file: string = '@signet/cli/dist/main.js'
    await expect(import(file)).rejects.toThrow(/is not exported/)
  })
})
