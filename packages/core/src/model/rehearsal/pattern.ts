/** One step of a regular expression. Classes are kept as the pairs of code points they range over. */
export type PatternNode =
  | { readonly kind: 'class'; readonly ranges: readonly CodeRange[]; readonly isNegated: boolean }
  | { readonly kind: 'sequence'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly node: PatternNode
      readonly min: number
      readonly max: number
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }

/** Code points from the first to the last, both included. */
export type CodeRange = readonly [first: number, last: number]

/** The part of the `RegExp` language that is not read: its meaning needs more than one look. */
class UnreadablePattern extends Error {}

const range = (first: string, last: string = first): CodeRange => [
  first.codePointAt(0) ?? 0,
  last.codePointAt(0) ?? 0,
]

const DIGITS = [range('0', '9')]
const WORD = [range('a', 'z'), range('A', 'Z'), range('0', '9'), range('_')]
const SPACES = [range(' '), range('\t', '\r'), range('\u00a0'), range('\u2028', '\u2029')]
const LINE_ENDS = [range('\n'), range('\r'), range('\u2028', '\u2029')]

const CLASS_ESCAPES: Readonly<Record<string, readonly CodeRange[]>> = {
  d: DIGITS,
  w: WORD,
  s: SPACES,
}

const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  f: '\f',
  0: '\0',
}

/** Everything that the given ranges leave out. */
function complement(ranges: readonly CodeRange[]): readonly CodeRange[] {
  const sorted = [...ranges].sort(([left], [right]) => left - right)
  const gaps: CodeRange[] = []
  let next = 0
  for (const [first, last] of sorted) {
    if (first > next) gaps.push([next, first - 1])
    next = Math.max(next, last + 1)
  }
  return [...gaps, [next, 0x10ffff]]
}

/** Reads a pattern from left to right. */
class PatternReader {
  readonly #characters: readonly string[]
  #position = 0
  #depth = 0

  constructor(source: string) {
    this.#characters = Array.from(source)
  }

  read(): PatternNode {
    const node = this.#choice()
    if (this.#peek() !== undefined) throw new UnreadablePattern()
    return node
  }

  #peek(): string | undefined {
    return this.#characters[this.#position]
  }

  #next(): string {
    const character = this.#characters[this.#position++]
    if (character === undefined) throw new UnreadablePattern()
    return character
  }

  #skip(text: string): boolean {
    const isNext = Array.from(text).every(
      (character, offset) => this.#characters[this.#position + offset] === character,
    )
    if (isNext) this.#position += text.length
    return isNext
  }

  #choice(): PatternNode {
    const nodes = [this.#sequence()]
    while (this.#skip('|')) nodes.push(this.#sequence())
    const [only] = nodes
    return nodes.length === 1 && only !== undefined ? only : { kind: 'choice', nodes }
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = []
    for (let next = this.#peek(); next !== undefined && !'|)'.includes(next); next = this.#peek()) {
      nodes.push(this.#repeated(this.#atom()))
    }
    return { kind: 'sequence', nodes }
  }

  #atom(): PatternNode {
    const character = this.#next()
    if (character === '^') return { kind: 'start' }
    if (character === '$') return { kind: 'end' }
    if (character === '(') return this.#group()
    if (character === '[') return this.#class()
    if (character === '.') return { kind: 'class', ranges: LINE_ENDS, isNegated: true }
    if (character === '\\') return { kind: 'class', ranges: this.#escape(), isNegated: false }
    if ('*+?'.includes(character)) throw new UnreadablePattern()
    return { kind: 'class', ranges: [range(character)], isNegated: false }
  }

  #group(): PatternNode {
    if (this.#skip('?<') && !this.#isName()) throw new UnreadablePattern()
    if (!this.#skip('?:') && this.#peek() === '?') throw new UnreadablePattern()
    if (++this.#depth > 64) throw new UnreadablePattern()
    const node = this.#choice()
    this.#depth--
    if (!this.#skip(')')) throw new UnreadablePattern()
    return node
  }

  /** Skips the name of a group, after its `?<`. */
  #isName(): boolean {
    const end = this.#characters.indexOf('>', this.#position)
    const name = this.#characters.slice(this.#position, end).join('')
    if (end === -1 || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return false
    this.#position = end + 1
    return true
  }

  #class(): PatternNode {
    const isNegated = this.#skip('^')
    const ranges: CodeRange[] = []
    while (!this.#skip(']')) {
      const first = this.#classMember()
      const [start] = first
      const isRange = this.#peek() === '-' && this.#characters[this.#position + 1] !== ']'
      if (!isRange || start === undefined || first.length > 1 || start[0] !== start[1]) {
        ranges.push(...first)
        continue
      }
      this.#next()
      const [end] = this.#classMember()
      if (end === undefined || end[0] !== end[1] || end[0] < start[0]) throw new UnreadablePattern()
      ranges.push([start[0], end[0]])
    }
    return { kind: 'class', ranges, isNegated }
  }

  #classMember(): readonly CodeRange[] {
    const character = this.#next()
    return character === '\\' ? this.#escape() : [range(character)]
  }

  #escape(): readonly CodeRange[] {
    const character = this.#next()
    const lower = character.toLowerCase()
    const named = Object.hasOwn(CLASS_ESCAPES, lower) ? CLASS_ESCAPES[lower] : undefined
    if (named !== undefined) return character === lower ? named : complement(named)
    const control = Object.hasOwn(CONTROL_ESCAPES, character)
      ? CONTROL_ESCAPES[character]
      : undefined
    if (control !== undefined) return [range(control)]
    if (character === 'x') return [this.#codePoint(2)]
    if (character === 'u') return [this.#codePoint(4)]
    if (/[\p{L}\p{N}]/u.test(character)) throw new UnreadablePattern()
    return [range(character)]
  }

  #codePoint(digits: number): CodeRange {
    const text = this.#characters.slice(this.#position, this.#position + digits).join('')
    if (!/^[\da-f]+$/iu.test(text) || text.length !== digits) throw new UnreadablePattern()
    this.#position += digits
    const code = Number.parseInt(text, 16)
    return [code, code]
  }

  #repeated(node: PatternNode): PatternNode {
    const bounds = this.#quantifier()
    if (bounds === undefined) return node
    this.#skip('?')
    return { kind: 'repeat', node, ...bounds }
  }

  #quantifier(): { readonly min: number; readonly max: number } | undefined {
    if (this.#skip('*')) return { min: 0, max: Infinity }
    if (this.#skip('+')) return { min: 1, max: Infinity }
    if (this.#skip('?')) return { min: 0, max: 1 }
    const rest = this.#characters.slice(this.#position, this.#position + 16).join('')
    const counted = /^\{(\d+)(,?)(\d*)\}/u.exec(rest)
    if (counted === null) return undefined
    this.#position += counted[0].length
    const min = Number(counted[1])
    if (counted[2] === '') return { min, max: min }
    return { min, max: counted[3] === '' ? Infinity : Number(counted[3]) }
  }
}

/**
 * Reads the `pattern` of a JSON Schema, so that it can be matched and sampled without `RegExp`:
 * whoever sends the schema also sends the text, and could pick a pair that never ends.
 *
 * @returns undefined for what it does not read: lookaround, backreferences, `\b`, `\p`, flags
 */
export function readPattern(source: string): PatternNode | undefined {
  try {
    return new PatternReader(source).read()
  } catch (error) {
    if (error instanceof UnreadablePattern) return undefined
    throw error
  }
}
