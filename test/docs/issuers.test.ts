import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const PAGE = readFileSync(join(ROOT, 'docs', 'issuers', 'README.md'), 'utf8')
const PRESETS = join(ROOT, 'packages', 'auth', 'src', 'issuers')

const copies = new FixtureCopies()
afterAll(() => copies.remove())

const examples = [...PAGE.matchAll(/^```typescript\n(.*?)^```$/gms)].map(([, code = '']) => code)

/** The facts of all presets, by their sources. */
function facts(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => !file.includes('.test.'))
    .flatMap((file) => {
      const source = readFileSync(join(PRESETS, file), 'utf8')
      const [, body = ''] = /^export interface \w+Facts \{\n(.*?)^\}/ms.exec(source) ?? []
      return [...body.matchAll(/^  readonly (\w+)\??:/gm)].map(([, name = '']) => name)
    })
}

describe('docs/issuers/README.md', () => {
  it('has only examples that compile, each by itself', async () => {
    expect(examples.length).toBeGreaterThanOrEqual(5)
    const files = examples.map((code, index) => [`example-${index}.ts`, code])
    expect(await compileModules(Object.fromEntries(files), copies)).toBe('')
  })

  it('would show an example with a fact that does not exist', async () => {
    const code = (examples[0] ?? '').replace('realm:', 'realms:')
    expect(await compileModules({ 'wrong.ts': code }, copies)).toMatch(/wrong\.ts.*'realms'/)
  })

  it('has a line for each fact of each preset, and for no other', () => {
    const tabled = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name)
    const known = facts()
    expect(known.length).toBeGreaterThanOrEqual(36)
    expect(tabled.toSorted()).toStrictEqual(known.toSorted())
  })
})
