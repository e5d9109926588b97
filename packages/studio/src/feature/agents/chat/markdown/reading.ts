import type { Token } from 'markdown-it'
import { languageOf, parseBlocks, type MutableReferences, type References } from './parser.js'

/** A piece of a text in Markdown that can be shown by itself, and is no longer than a few thousand characters. */
export type Block =
  | {
      readonly kind: 'prose'
      /** Where it begins in the text. */
      readonly start: number
      readonly source: string
    }
  | {
      readonly kind: 'code'
      readonly start: number
      readonly language: string
      /** Its lines, in pieces that do not change once another follows. */
      readonly pieces: readonly string[]
      readonly isClosed: boolean
    }

/** How far a text has been read. */
export interface Reading {
  readonly blocks: readonly Block[]
  /** Those of the blocks, or of their pieces, that do not change, whatever follows. */
  readonly settled: readonly Block[]
  /** Where in the text the others begin. */
  readonly start: number
  /** What is put before the text from there on: the head of the table, or the first line of the code, that goes on. */
  readonly prefix: string
  /** How much of the text is in the blocks. */
  readonly end: number
  readonly references: References
}

/** Those of a text that names none. */
export const NO_REFERENCES: References = {}

/** A text of which nothing has been read. */
export const UNREAD: Reading = {
  blocks: [],
  settled: [],
  start: 0,
  prefix: '',
  end: 0,
  references: NO_REFERENCES,
}

/** The most that is read at once, in characters: a page draws that in much less than a tenth of a second. */
const WINDOW = 6000
/** A block that is longer is cut. What goes on growing is read again and again, but no more than this. */
const MAX_PROSE = 3000
const MAX_CODE = 4000
const MAX_PREFIX = 1000

/** A block of the top level in a window. */
interface Found {
  readonly token: Token
  /** Where it begins in the window. */
  readonly start: number
  readonly text: string
  /** Where the items of a list begin in its text, but for the first. */
  readonly items: readonly number[]
}

/** The blocks of a window. What is between two of them is at the end of the first. */
function findBlocks(source: string, references: MutableReferences = {}): readonly Found[] {
  const lines = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) {
    lines.push(at + 1)
  }
  const startOf = ({ map }: Token) => lines[map?.[0] ?? 0] ?? source.length
  const tokens = parseBlocks(source, references)
  const tops = tokens.filter(
    ({ level, nesting, map }) => level === 0 && nesting !== -1 && map !== null,
  )
  const starts = tops.map(startOf)
  const items = tokens
    .filter(({ type, level }) => type === 'list_item_open' && level === 1)
    .map(startOf)
  return tops.map((token, index) => {
    const start = starts[index] ?? 0
    const end = starts[index + 1] ?? source.length
    const isList = token.type.endsWith('list_open')
    return {
      token,
      start,
      text: source.slice(start, end),
      items: isList
        ? items.flatMap((item) => (item > start && item < end ? [item - start] : []))
        : [],
    }
  })
}

/** The best place to cut a text, at most so far from its beginning: before a line, else before a word. */
function cutBefore(text: string, most: number): number {
  const line = text.lastIndexOf('\n', most - 1) + 1
  if (line > most / 2) return line
  const word = text.lastIndexOf(' ', most - 1) + 1
  if (word > most / 2) return word
  const code = text.charCodeAt(most - 1)
  // Not between the halves of one character.
  return code >= 0xd800 && code < 0xdc00 ? most - 1 : most
}

/** The first lines of a text, with their ends. */
function firstLines(text: string, count: number): string {
  let at = 0
  for (let line = 0; line < count; line++) at = text.indexOf('\n', at) + 1 || text.length
  return text.slice(0, at)
}

/** What is repeated where a block that was cut goes on. */
function prefixOf({ token, text }: Found): string {
  const lines = token.type === 'fence' ? 1 : token.type === 'table_open' ? 2 : 0
  const prefix = firstLines(text, lines)
  return prefix.length <= MAX_PREFIX ? prefix : ''
}

/** Where a block that is too long is cut. @param repeated - how much of it is repeated where it goes on */
function cutOf({ token, text, items }: Found, repeated: number): number | undefined {
  const most = repeated + (token.type === 'fence' ? MAX_CODE : MAX_PROSE)
  if (text.trimEnd().length <= most) return undefined
  return items.findLast((at) => at <= most) ?? Math.max(cutBefore(text, most), repeated + 1)
}

/** The lines between the fences, and whether the second fence is there. */
function readFence({ content, map, info }: Token) {
  const lines = content.split('\n').length - (content === '' || content.endsWith('\n') ? 1 : 0)
  const [from, to] = map ?? [0, 0]
  return {
    content,
    language: languageOf(info),
    isClosed: to - from - 1 > lines,
  }
}

/** @param earlier - the code that goes on in this block */
function toBlock({ token, text }: Found, start: number, earlier: Block | undefined): Block {
  if (token.type !== 'fence') return { kind: 'prose', start, source: text }
  const { content, language, isClosed } = readFence(token)
  if (earlier?.kind !== 'code')
    return { kind: 'code', start, language, pieces: [content], isClosed }
  return { ...earlier, pieces: [...earlier.pieces, content], isClosed }
}

/** Where a window ends: before a line, as far as that is possible. */
function endOfWindow(text: string, start: number): number {
  const most = start + WINDOW
  if (text.length <= most) return text.length
  const line = text.lastIndexOf('\n', most - 1) + 1
  return line > start ? line : most
}

/** Reads a window of a text. */
function readWindow(before: Reading, text: string): Reading {
  const { prefix } = before
  const end = endOfWindow(text, before.start)
  const named: MutableReferences = {}
  const found = findBlocks(prefix + text.slice(before.start, end), named)
  const isNaming = Object.keys(named).length > 0
  const references = isNaming ? { ...before.references, ...named } : before.references
  const settled = [...before.settled]
  const toText = (at: number) => before.start + Math.max(0, at - prefix.length)
  let start = before.start
  for (const [index, each] of found.entries()) {
    const goesOn = index === 0 && prefix !== ''
    const earlier = goesOn && each.token.type === 'fence' ? settled.at(-1) : undefined
    const others = earlier === undefined ? settled.length : settled.length - 1
    const repeated = prefixOf(each)
    const isLast = index === found.length - 1
    const isStuck = isLast && start === before.start && end < text.length
    const cut = cutOf(each, repeated.length) ?? (isStuck ? each.text.length : undefined)
    if (cut !== undefined) {
      const head = each.text.slice(0, cut)
      const { token } = (each.token.type === 'fence' && findBlocks(head)[0]) || each
      settled[others] = toBlock({ ...each, token, text: head }, toText(each.start), earlier)
      const after = toText(each.start + cut)
      return { blocks: settled, settled, start: after, prefix: repeated, end: after, references }
    }
    const block = toBlock(each, toText(each.start), earlier)
    if (isLast) {
      const blocks = [...settled.slice(0, others), block]
      const rest = start === before.start ? prefix : ''
      return { blocks, settled, start, prefix: rest, end, references }
    }
    settled[others] = block
    start = toText(each.start + each.text.length)
  }
  // Nothing in it is shown: blank lines, or places of links. A whole window of them is not read again.
  return {
    ...before,
    blocks: settled,
    settled,
    start: end < text.length ? end : start,
    end,
    references,
  }
}

/**
 * Reads on in a text that has grown. The work is in proportion to what is new: what was read before is not looked at
 * again, but for the last block. Of a text with more new characters than a window has, the rest is for the next call.
 */
export function readOn(before: Reading, text: string): Reading {
  let reading = before
  for (let looked = 0; looked < WINDOW;) {
    const { start } = reading
    reading = readWindow(reading, text)
    if (reading.end >= text.length || reading.start === start) break
    looked += reading.start - start
  }
  return reading
}
