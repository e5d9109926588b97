import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { checkSync } from 'recheck'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url))

const SOURCE = /(?<!\.test|\.test-d|\.d)\.tsx?$/u

/** A regular expression, and a file that has it. */
interface Pattern {
  readonly source: string
  readonly flags: string
  readonly file: string
}

const files = readdirSync(PACKAGES)
  .flatMap((name) =>
    readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(name, 'src', file),
    ),
  )
  .filter((file) => SOURCE.test(file))

function readPatterns(): Pattern[] {
  const patterns = new Map<string, Pattern>()
  for (const file of files) {
    const path = join(PACKAGES, file)
    const add = (source: string, flags: string) =>
      patterns.set(`/${source}/${flags}`, { source, flags, file })
    new Visitor({
      Literal(node) {
        if ('regex' in node) add(node.regex.pattern, node.regex.flags)
      },
    }).visit(parseSync(path, readFileSync(path, 'utf8')).program)
  }
  return [...patterns.values()]
}

/** What the check of one pattern comes to: on how long an input it takes more than linear steps. */
function judge({ source, flags }: Pattern): string {
  const result = checkSync(source, flags, { randomSeed: 1, timeout: 60_000 })
  return result.status === 'vulnerable'
    ? `${result.complexity.summary}: ${result.attack.pattern}`
    : result.status
}

const PATTERNS = readPatterns()

// How many steps a pattern takes is found out by its automaton or, where it looks ahead or behind, by running it on
// inputs that are made to be slow. No clock is read.
describe('a regular expression takes steps in proportion to its text', () => {
  it('are found in all packages', () => {
    expect(PATTERNS.length).toBeGreaterThan(100)
  })

  it('is one that can be read here, and not put together at run time', () => {
    const made = files.filter((file) =>
      /new RegExp\(/u.test(readFileSync(join(PACKAGES, file), 'utf8')),
    )
    // The parts of this one have a fixed number of characters.
    expect(made).toEqual([join('auth', 'src', 'api-key', 'form.ts')])
  })

  it.each(PATTERNS)('$file: $source', { timeout: 90_000 }, (pattern) => {
    expect(judge(pattern)).toBe('safe')
  })

  it.each([
    ['a run that may begin at each of its characters', String.raw`\s+$`],
    ['two runs of the same characters', String.raw`\s*\S+\s*`],
    ['a run of runs', '^(?:a+)+$'],
  ])('is not %s', (_, source) => {
    expect(judge({ source, flags: 'u', file: '' })).not.toBe('safe')
  })
})
