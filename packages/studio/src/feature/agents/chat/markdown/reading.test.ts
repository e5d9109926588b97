import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOn, UNREAD, type Block, type Reading } from './reading.js'

/** Reads a text to its end, and says in how many calls. */
function readAll(text: string, before: Reading = UNREAD): { reading: Reading; calls: number } {
  let reading = before
  for (let calls = 1; ; calls++) {
    reading = readOn(reading, text)
    if (reading.end >= text.length) return { reading, calls }
    if (calls > text.length) throw new Error(`It stands still at ${reading.end}.`)
  }
}

const blocksOf = (text: string) => readAll(text).reading.blocks
const shown = (block: Block) => (block.kind === 'code' ? block.pieces.join('') : block.source)

const SAMPLE = `# Report

A paragraph
of two lines.

- one
- two

  still two

| a | b |
|---|---|
| 1 | 2 |

\`\`\`ts
const x = 1

const y = 2
\`\`\`
> quoted
lazily

1. first
2. second

The [end][1].

[1]: https://example.com
`

describe('readOn', () => {
  it('finds the blocks of a text', () => {
    expect(blocksOf(SAMPLE).map(({ kind }) => kind)).toStrictEqual([
      'prose',
      'prose',
      'prose',
      'prose',
      'code',
      'prose',
      'prose',
      'prose',
      'prose',
    ])
    expect(blocksOf(SAMPLE)[4]).toMatchObject({
      language: 'ts',
      pieces: ['const x = 1\n\nconst y = 2\n'],
      isClosed: true,
    })
  })

  it('finds the same blocks however the text comes', () => {
    const whole = readAll(SAMPLE).reading
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: SAMPLE.length })), (cuts) => {
        let reading = UNREAD
        for (const cut of [...cuts.toSorted((a, b) => a - b), SAMPLE.length]) {
          reading = readAll(SAMPLE.slice(0, cut), reading).reading
        }
        expect(reading.blocks).toStrictEqual(whole.blocks)
        expect(reading.references).toStrictEqual(whole.references)
      }),
    )
  })

  it('keeps the objects of blocks that do not change', () => {
    const before = readAll(SAMPLE.slice(0, 150)).reading
    const { blocks } = readAll(SAMPLE, before).reading
    for (const [index, block] of before.settled.entries()) expect(blocks[index]).toBe(block)
    expect(before.settled.length).toBeGreaterThan(2)
  })

  it('knows where links lead that are named at another place', () => {
    expect(Object.values(readAll(SAMPLE).reading.references)).toStrictEqual([
      { title: '', href: 'https://example.com' },
    ])
  })

  it.each([
    ['one paragraph', 'word '.repeat(20_000)],
    ['one word', 'x'.repeat(100_000)],
    ['one list', '- an item of a list\n'.repeat(10_000)],
    ['one quote', '> a line that is quoted\n'.repeat(8000)],
    ['blank lines', '\n'.repeat(100_000)],
    ['blank lines in code', `\`\`\`\nx${'\n'.repeat(100_000)}`],
    ['a very long first line of code', `\`\`\`${'x'.repeat(50_000)}\ny\n`],
    ['a very wide table', `${'|a'.repeat(20_000)}|\n${'|-'.repeat(20_000)}|\n`],
    ['places of links', '[a]: https://example.com\n'.repeat(5000)],
  ])('reads %s to its end, in blocks of a bounded size, each call a bounded part', (_, text) => {
    const { reading, calls } = readAll(text)
    for (const block of reading.blocks) {
      const pieces = block.kind === 'code' ? block.pieces : [block.source]
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(7000)
    }
    expect(calls).toBeLessThanOrEqual(Math.ceil(text.length / 2000) + 2)
    // Places of links are not shown, and of the first line of code its language is.
    const visible = /^\[|^```x/.test(text) ? '' : text.replaceAll(/\s/g, '')
    const fences = text.startsWith('```') ? 3 : 0
    expect(reading.blocks.map(shown).join('').replaceAll(/\s/g, '').length).toBeGreaterThanOrEqual(
      Math.min(visible.length - fences, visible.length),
    )
  })

  it('cuts long code into pieces that together are the code, in one block', () => {
    const code = Array.from({ length: 20_000 }, (_, line) => `const x${line} = ${line}\n`).join('')
    const [block, after] = blocksOf(`\`\`\`js\n${code}\`\`\`\nAfter.`)
    expect(block).toMatchObject({ kind: 'code', language: 'js', isClosed: true })
    expect(block && shown(block)).toBe(code)
    expect(block?.kind === 'code' && block.pieces.every((piece) => piece.endsWith('\n'))).toBe(true)
    expect(after).toMatchObject({ kind: 'prose', source: 'After.' })
  })

  it('cuts a long table into tables of the same head, and loses no row', () => {
    const rows = Array.from({ length: 3000 }, (_, row) => `| ${row} | value |\n`)
    const blocks = blocksOf(`| n | v |\n|---|---|\n${rows.join('')}`)
    expect(blocks.length).toBeGreaterThan(3)
    const lines = blocks.map((block) => shown(block).split('\n').filter(Boolean))
    for (const [head, rule] of lines) expect([head, rule]).toStrictEqual(['| n | v |', '|---|---|'])
    expect(lines.flatMap((each) => each.slice(2))).toStrictEqual(rows.map((row) => row.trimEnd()))
  })

  it('cuts a long list between its items', () => {
    const items = Array.from(
      { length: 1000 },
      (_, item) => `${item + 1}. an item\n   and its text\n`,
    )
    for (const block of blocksOf(items.join(''))) expect(shown(block)).toMatch(/^\d+\. an item/)
  })

  it('cuts no character in halves', () => {
    const blocks = blocksOf('😀'.repeat(20_000))
    for (const block of blocks) expect(() => encodeURIComponent(shown(block))).not.toThrow()
  })

  it('loses nothing of any text', () => {
    const piece = fc.constantFrom(
      'a ',
      '\n',
      '\n\n',
      '- ',
      '> ',
      '```\n',
      '| ',
      '|-|\n',
      '# ',
      '    ',
      '1. ',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 1, max: 400 }),
        (pieces, times) => {
          const text = pieces.join('').repeat(times)
          const letters = blocksOf(text).map(shown).join('').split('a').length
          expect(letters).toBeGreaterThanOrEqual(text.split('a').length)
        },
      ),
      { numRuns: 50 },
    )
  })
})
