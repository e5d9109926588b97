import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const PACKAGES = ['auth', 'client-js', 'core', 'proxy', 'server', 'store']
/** What follows `@example` in a comment: the lines between two fences, each behind ` * `. */
const EXAMPLE = /^( *) \* @example\n\1 \* ```typescript\n((?:\1 \*.*\n)*?)\1 \* ```$/gm

const copies = new FixtureCopies()

afterAll(() => copies.remove())

/** The examples in the comments of a source, as code. */
function examplesOf(source: string): string[] {
  return [...source.matchAll(EXAMPLE)].map(([, , lines = '']) => lines.replaceAll(/^ *\* ?/gm, ''))
}

/** All examples of the packages, each as a file that is named for the source in which it stands. */
function readExamples(): Record<string, string> {
  const files = PACKAGES.flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test(?:-d)?\.tsx?$/.test(file))
      .map((file): [string, string] => [
        `${name}/${file}`,
        readFileSync(join(folder, file), 'utf8'),
      ])
  })
  return Object.fromEntries(
    files.flatMap(([file, source]) =>
      examplesOf(source).map((code, index) => [
        `${file.replaceAll(/[/\\.]/g, '-')}-${index}.ts`,
        code,
      ]),
    ),
  )
}

describe('an @example in a comment', () => {
  it('stands at 40 entry points at least, and compiles by itself', async () => {
    const examples = readExamples()
    expect(Object.keys(examples).length).toBeGreaterThanOrEqual(40)
    expect(await compileModules(examples, copies)).toBe('')
  })

  it('is found with all its lines, as they stand', () => {
    const source =
      '/**\n * Says.\n * @example\n * ```typescript\n * one()\n *\n *   two()\n * ```\n */\n'
    expect(examplesOf(source)).toStrictEqual(['one()\n\n  two()\n'])
  })

  it('would be told where it uses what does not exist', async () => {
    const code = "import { signTokens } from '@signet/auth'\nsignTokens()\n"
    expect(await compileModules({ 'wrong.ts': code }, copies)).toContain(
      "no exported member named 'signTokens'",
    )
  })
})
