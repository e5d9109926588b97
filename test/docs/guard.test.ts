import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const PAGE = readFileSync(join(ROOT, 'docs', 'guard.md'), 'utf8')
const OPTIONS = readFileSync(join(ROOT, 'packages', 'auth', 'src', 'guard', 'options.ts'), 'utf8')

const copies = new FixtureCopies()
afterAll(() => copies.remove())

const examples = [...PAGE.matchAll(/^```typescript\n(.*?)^```$/gms)].map(([, code = '']) => code)

describe('docs/guard.md', () => {
  it('has an example for each entry, and each compiles by itself', async () => {
    for (const name of ['express', 'fastify', 'hono', 'mcp', 'next', 'node']) {
      expect(examples.filter((code) => code.includes(`'@signet/auth/${name}'`))).toHaveLength(1)
    }
    const files = examples.map((code, index) => [`example-${index}.ts`, code])
    expect(await compileModules(Object.fromEntries(files), copies)).toBe('')
  })

  it('would show an example with an option that does not exist', async () => {
    const code = (examples[0] ?? '').replace('access:', 'acess:')
    expect(await compileModules({ 'wrong.ts': code }, copies)).toMatch(/wrong\.ts.*'acess'/)
  })

  it('has a line for each option, and for no other', () => {
    const [, body = ''] = /^export interface GuardOptions \{\n(.*?)^\}/ms.exec(OPTIONS) ?? []
    const names = [...body.matchAll(/^  readonly (\w+)\?:/gm)].map(([, name]) => name)
    const [, section = ''] = /^## Options\n(.*?)^## /ms.exec(PAGE) ?? []
    const tabled = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThanOrEqual(4)
    expect(tabled.toSorted()).toStrictEqual(names.toSorted())
  })
})
