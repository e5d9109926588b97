import MarkdownIt, { type StateBlock, type Token } from 'markdown-it'

/** The targets of reference links, by their labels. */
export type References = Readonly<MutableReferences>
export type MutableReferences = Record<string, { title: string; href: string }>

/** Limits against text that is written to do harm. Text with more nesting or tokens is shown without formatting. */
const MAX_DEPTH = 32
const MAX_TOKENS = 4000

// Raw HTML is shown as text.
const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: MAX_DEPTH + 8 })
// Only hosts with these endings become links without `https://`: `README.md` is the name of a file.
parser.linkify.set({ fuzzyLink: true, fuzzyEmail: true }).tlds(['com', 'org', 'net', 'edu', 'gov'])
// Any other link is shown as text.
parser.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url)

/**
 * Whether a table would have too many cells. A short text can cause this, because the parser adds a cell for each column
 * that a row lacks.
 */
function hasTooManyCells({ src, bMarks, eMarks }: StateBlock, start: number, end: number): boolean {
  const columns = src.slice(bMarks[start], eMarks[start]).split('|').length
  let line = start
  while (line < end && bMarks[line] !== eMarks[line]) line++
  return columns * (line - start) > MAX_TOKENS
}

// The first rule is the one for tables. Where it does not apply, the lines are a paragraph.
const [table] = parser.block.ruler.getRules('')
parser.block.ruler.at(
  'table',
  (state, start, end, isSilent) =>
    table !== undefined &&
    (isSilent || !hasTooManyCells(state, start, end)) &&
    table(state, start, end, isSilent),
  { alt: ['paragraph', 'reference'] },
)

/** Parses the blocks of a text, but not their content. @param references - gets the references of the text */
export function parseBlocks(text: string, references: MutableReferences): Token[] {
  const tokens: Token[] = []
  parser.block.parse(text, parser, { references }, tokens)
  return tokens
}

/** Parses a text; undefined where it is nested too deeply or has too many tokens. */
export function parseText(text: string, references: References): readonly Token[] | undefined {
  const tokens = parser.parse(text, { references: Object.create(references) })
  let count = tokens.length
  for (const { level, children } of tokens) {
    count += children?.length ?? 0
    if (level > MAX_DEPTH || count > MAX_TOKENS) return undefined
  }
  return tokens
}

/** The language that the first line of a fenced block names; empty if it names none. */
export function languageOf(info: string): string {
  return (info.trim().split(/\s/, 1)[0] ?? '').slice(0, 40)
}
