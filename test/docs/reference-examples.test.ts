import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const PAGE = readFileSync(join(ROOT, 'docs', 'reference', 'mastra-jwt-auth.md'), 'utf8')
const PROVIDER = join(ROOT, 'packages', 'auth', 'src', 'provider')

const copies = new FixtureCopies()

afterAll(() => copies.remove())

/** The examples of the page, each with the line it begins at. */
function examples(): { readonly line: number; readonly code: string }[] {
  return [...PAGE.matchAll(/^```typescript\n(.*?)^```$/gms)].map(({ index, 1: code = '' }) => ({
    line: PAGE.slice(0, index).split('\n').length + 1,
    code,
  }))
}

/** The names of the members of an interface, by the text of its source. */
function members(file: string, name: string): string[] {
  const source = readFileSync(join(PROVIDER, file), 'utf8')
  const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms').exec(
    source,
  )?.[1]
  return [...(body ?? '').matchAll(/^  readonly (\w+)\??:/gm)].map(([, member = '']) => member)
}

/** The names that stand in the first column of the tables. */
const tabled = [...PAGE.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)

describe('docs/reference/mastra-jwt-auth.md', () => {
  it('has only examples that compile, each by itself', async () => {
    const found = examples()
    expect(found.length).toBeGreaterThanOrEqual(13)
    const files = found.map(({ line, code }) => [`line-${line}.ts`, code])
    expect(await compileModules(Object.fromEntries(files), copies)).toBe('')
  })

  it('would show an example with an option that does not exist', async () => {
    const code =
      "import { MastraJwtAuth } from '@signet/auth'\nexport const auth = new MastraJwtAuth({ secrets: '' })\n"
    expect(await compileModules({ 'wrong.ts': code }, copies)).toMatch(
      /wrong\.ts.*'secrets' does not exist/,
    )
  })

  const options = [
    ...members('issuer-keys.ts', 'KeySourceOptions'),
    ...members('issuer-options.ts', 'IssuerOptions'),
    ...members('mapping-options.ts', 'MappingOptions'),
    ...members('jwt-auth.ts', 'MastraJwtAuthOptions'),
  ]

  it('is asked for every option that the source has', () => {
    expect(options).toStrictEqual(expect.arrayContaining(['secret', 'grants', 'issuers', 'now']))
    expect(options.length).toBeGreaterThanOrEqual(28)
  })

  it.each(options.filter((name) => name !== 'issuers'))(
    'has a line of a table for the option %s',
    (name) => {
      expect(tabled).toContain(name)
    },
  )

  it('has a section for the option issuers, and names no option that there is not', () => {
    expect(PAGE).toMatch(/^### Several issuers\n\n`issuers` is/m)
    const known = new Set(options)
    expect(tabled.filter((name) => name !== undefined && !known.has(name))).toStrictEqual([])
  })

  it('names every section that it links to', () => {
    const anchors = [...PAGE.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    )
    for (const [, anchor] of PAGE.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
  })
})
