import type { Token } from 'markdown-it'
import { languageOf, parseBlocks, type MutableReferences, type References } from './parser.js'

/** A piece of Markdown that can be rendered on its own. It has a few thousand characters at most. */
export type Block =
  | {
      readonly kind: 'prose'
      /** Its offset in the text. */
      readonly start: number
      readonly source: string
    }
  | {
      readonly kind: 'code'
      readonly start: number
      readonly language: string
      /** Its lines, in pieces. A piece does not change once another one follows. */
      readonly pieces: readonly string[]
      readonly isClosed: boolean
    }

/** The state of parsing a text. */
export interface Reading {
  readonly blocks: readonly Block[]
  /** The blocks and pieces that do not change, whatever follows. */
  readonly settled: readonly Block[]
  /** The offset in the text at which the other blocks begin. */
  readonly start: number
  /** Text to parse before the rest, where a cut block continues: the head of its table, or the first line of its code. */
  readonly prefix: string
  /** How many characters of the text are in the blocks. */
  readonly end: number
  readonly references: References
}

/** The references of a text without references. */
export const NO_REFERENCES: References = {}

/** The state before anything is parsed. */
export const UNREAD: Reading = {
  blocks: [],
  settled: [],
  start: 0,
  prefix: '',
  end: 0,
  references: NO_REFERENCES,
}

/** How many characters are parsed at once. A page renders these in much less than a tenth of a second. */
const WINDOW = 6000
/** A longer block is cut, in characters. A growing block is parsed again for each addition, but never more than this. */
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

/** Finds the blocks of a window. Text between two blocks belongs to the first. */
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

/** The best offset to cut a text at, `most` characters from its beginning at most: before a line, else before a word. */
function cutBefore(text: string, most: number): number {
  const line = text.lastIndexOf('\n', most - 1) + 1
  if (line > most / 2) return line
  const word = text.lastIndexOf(' ', most - 1) + 1
  if (word > most / 2) return word
  const code = text.charCodeAt(most - 1)
  // Do not cut a surrogate pair.
  return code >= 0xd800 && code < 0xdc00 ? most - 1 : most
}

/** The first lines of a text, with their ends. */
function firstLines(text: string, count: number): string {
  let at = 0
  for (let line = 0; line < count; line++) at = text.indexOf('\n', at) + 1 || text.length
  return text.slice(0, at)
}

/** The lines to repeat where a cut block continues. */
function prefixOf({ token, text }: Found): string {
  const lines = token.type === 'fence' ? 1 : token.type === 'table_open' ? 2 : 0
  const prefix = firstLines(text, lines)
  return prefix.length <= MAX_PREFIX ? prefix : ''
}

/** Where to cut a block that is too long. @param repeated - how many of its characters are repeated where it continues */
function cutOf({ token, text, items }: Found, repeated: number): number | undefined {
  const most = repeated + (token.type === 'fence' ? MAX_CODE : MAX_PROSE)
  if (text.trimEnd().length <= most) return undefined
  return items.findLast((at) => at <= most) ?? Math.max(cutBefore(text, most), repeated + 1)
}

/** Reads a fenced block: its lines, its language, and whether it has its closing fence. */
function readFence({ content, map, info }: Token) {
  const lines = content.split('\n').length - (content === '' || content.endsWith('\n') ? 1 : 0)
  const [from, to] = map ?? [0, 0]
  return {
    content,
    language: languageOf(info),
    isClosed: to - from - 1 > lines,
  }
}

/** @param earlier - the block of code that this one continues */
function toBlock({ token, text }: Found, start: number, earlier: Block | undefined): Block {
  if (token.type !== 'fence') return { kind: 'prose', start, source: text }
  const { content, language, isClosed } = readFence(token)
  if (earlier?.kind !== 'code')
    return { kind: 'code', start, language, pieces: [content], isClosed }
  return { ...earlier, pieces: [...earlier.pieces, content], isClosed }
}

/** The end of a window: before a line, if there is one. */
function endOfWindow(text: string, start: number): number {
  const most = start + WINDOW
  if (text.length <= most) return text.length
  const line = text.lastIndexOf('\n', most - 1) + 1
  return line > start ? line : most
}

/** Parses one window of a text. */
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
  // The window has only blank lines or link references. A full window of these is not parsed again.
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
 * Continues to parse a text that has grown. The work is in proportion to the new characters: of the earlier ones, only
 * the last block is parsed again. If there are more new characters than a window has, the next call parses the rest.
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
