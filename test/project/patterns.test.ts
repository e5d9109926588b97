import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { check } from 'recheck'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))

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

/** A pattern by how it begins, and why it takes linear steps. */
type Review = readonly [beginning: string, why: string]

/** Patterns that look ahead or behind or refer back, which an automaton cannot, or whose automaton is too large. */
const REVIEWED: readonly Review[] = [
  [
    String.raw`(?<!\d)(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T`,
    'Its digits are counted, and nothing has to follow those that are not.',
  ],
  [
    String.raw`(?<![\w.+'-])[\w.+'-]+@`,
    'It begins only where a run of its characters does, and its labels end with full stops.',
  ],
  [String.raw`(?<![\w+.-])[+.]*(`, 'It begins only where a run of its characters does.'],
  [
    String.raw`(?<![\w@.-])(?:[\dA-Za-z-]+\.)+`,
    'It begins only where a run of its characters does, and its labels end with full stops.',
  ],
  [
    String.raw`(?<![\p{L}\p{M}\p{N}])[+-]?(?:\d{1,3}`,
    'A number that fails gives back one group at most; where it fails, a word takes its digits.',
  ],
  [`"([^"]+)"|“([^“”]+)”`, 'A quotation ends at the next mark of its kind, opening or closing.'],
  [
    String.raw`^(?!.*xn--)(?:127\.0\.0\.1|`,
    'It is anchored, and its labels are told apart by full stops.',
  ],
  [
    String.raw`\bBEGIN[\W_]+(?:[A-Z0-9]+[\W_]+){0,4}`,
    'From each of its beginnings it takes five words at most, which what is between them tells apart.',
  ],
  [`The requested module '`, 'It begins with a fixed text, and what it takes ends at a quote.'],
  [
    String.raw`^(?:export\s+|set\s+|\$env:)?(?!eyJ)`,
    'It is anchored, and its parts begin with characters that those before them do not take.',
  ],
  [
    String.raw`(?<![\w-])eyJ[\w-]*\.`,
    'It begins only where a run of its characters does, and takes three of them at most.',
  ],
  [String.raw`^(["'])(.*)\1;?$`, 'It is anchored, and gives back one character at a time, once.'],
  [
    String.raw`(?:[\s\u00ad\u180e`,
    'Each of its characters is taken in one way alone, and nothing has to follow them.',
  ],
  [String.raw`^\/*(?=.)`, 'It is anchored, and looks at one character more.'],
]

const isReviewed = ({ source }: Pattern): boolean =>
  REVIEWED.some(([beginning]) => source.startsWith(beginning))

/**
 * `safe`, or what else an automaton says. The form that waits by blocking this process is not used: it has no limit
 * where the program that makes the automaton ends early.
 */
async function judge({ source, flags }: Pattern): Promise<string> {
  const params = { checker: 'automaton', timeout: 60_000 } as const
  const { status, ...result } = await check(source, flags, params)
  return 'complexity' in result ? `${status}: ${result.complexity?.summary}` : status
}

const PATTERNS = readPatterns()

// How many steps a pattern takes is found out from its automaton. No clock is read.
describe('a regular expression takes steps in proportion to its text', () => {
  it('are found in all packages', () => {
    expect(PATTERNS.length).toBeGreaterThan(100)
  })

  it('is one that can be read here, and not put together at run time', () => {
    const made = files.filter((file) =>
      /new RegExp\(/u.test(readFileSync(join(PACKAGES, file), 'utf8')),
    )
    // The parts of the first have a fixed number of characters; the second is the application's own, or a caller's, whose
    // time is bounded; the third is the application's own, in a path.
    expect(made.toSorted()).toEqual([
      join('auth', 'src', 'api-key', 'form.ts'),
      join('core', 'src', 'schema', 'pattern-test.ts'),
      join('server', 'src', 'route', 'route-overlap.ts'),
    ])
  })

  it.each(PATTERNS.filter((pattern) => !isReviewed(pattern)))(
    '$file: $source',
    { timeout: 120_000 },
    async (pattern) => expect(await judge(pattern)).toMatch(/^safe/u),
  )

  it.each(REVIEWED)('is still there, and was looked at: %s', (beginning) => {
    expect(PATTERNS.some(({ source }) => source.startsWith(beginning))).toBe(true)
  })

  it.each([
    ['a run that may begin at each of its characters', String.raw`\s+$`],
    ['two runs of the same characters', String.raw`\s*\S+\s*`],
    ['a run of runs', '^(?:a+)+$'],
  ])('is not %s', async (_, source) => {
    expect(await judge({ source, flags: 'u', file: '' })).toMatch(/^vulnerable/u)
  })
})
