import MarkdownIt, { type StateBlock, type Token } from 'markdown-it'

/** Where links of a text lead to that it names at another place, by their labels. */
export type References = Readonly<MutableReferences>
export type MutableReferences = Record<string, { title: string; href: string }>

/** A text that is nested deeper, or has more tokens, is written to harm: it is shown as it is. */
const MAX_DEPTH = 32
const MAX_TOKENS = 4000

// Raw HTML stays text.
const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: MAX_DEPTH + 8 })
// Hosts without `https://` by these endings alone: `README.md` is the name of a file.
parser.linkify.set({ fuzzyLink: true, fuzzyEmail: true }).tlds(['com', 'org', 'net', 'edu', 'gov'])
// Any other link is shown as the text that it is.
parser.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url)

/**
 * Whether a table here would have more cells than its characters can write: the parser adds a cell for each column that
 * a row lacks.
 */
function hasTooManyCells({ src, bMarks, eMarks }: StateBlock, start: number, end: number): boolean {
  const columns = src.slice(bMarks[start], eMarks[start]).split('|').length
  let line = start
  while (line < end && bMarks[line] !== eMarks[line]) line++
  return columns * (line - start) > MAX_TOKENS
}

// The first rule is that of tables. Where it does not hold, the lines are a paragraph.
const [table] = parser.block.ruler.getRules('')
parser.block.ruler.at(
  'table',
  (state, start, end, isSilent) =>
    table !== undefined &&
    (isSilent || !hasTooManyCells(state, start, end)) &&
    table(state, start, end, isSilent),
  { alt: ['paragraph', 'reference'] },
)

/** The blocks of a text, without what is in them. @param references - those that it names are put in */
export function parseBlocks(text: string, references: MutableReferences): Token[] {
  const tokens: Token[] = []
  parser.block.parse(text, parser, { references }, tokens)
  return tokens
}

/** All tokens of a text; undefined where it is nested too deep, or has too many. */
export function parseText(text: string, references: References): readonly Token[] | undefined {
  const tokens = parser.parse(text, { references: Object.create(references) })
  let count = tokens.length
  for (const { level, children } of tokens) {
    count += children?.length ?? 0
    if (level > MAX_DEPTH || count > MAX_TOKENS) return undefined
  }
  return tokens
}

/** The language that the first line of code names; empty where it names none. */
export function languageOf(info: string): string {
  return (info.trim().split(/\s/, 1)[0] ?? '').slice(0, 40)
}
