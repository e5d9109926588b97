import type { PatternNode } from './pattern.js'

/** How much work one match may take before it counts as none. */
const WORK_LIMIT = 20_000

/** Whether a class of a pattern has a code point. */
export function isInClass(node: PatternNode & { kind: 'class' }, code: number): boolean {
  return node.ranges.some(([first, last]) => code >= first && code <= last) !== node.isNegated
}

/** Follows all ways through a pattern at once, so that it never has to go back. */
class Matcher {
  readonly #codes: readonly number[]
  #work = 0

  constructor(text: string) {
    this.#codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  }

  /** A pattern may begin and end anywhere, unless it has `^` and `$`. */
  matches(node: PatternNode): boolean {
    const everywhere = new Set([...this.#codes.keys(), this.#codes.length])
    return this.#advance(node, everywhere).size > 0
  }

  /** Where a node may end when it begins at one of the positions. */
  #advance(node: PatternNode, positions: ReadonlySet<number>): ReadonlySet<number> {
    this.#work += 1 + positions.size
    if (this.#work > WORK_LIMIT || positions.size === 0) return new Set()
    switch (node.kind) {
      case 'class':
        return this.#step(node, positions)
      case 'sequence':
        return node.nodes.reduce((reached, each) => this.#advance(each, reached), positions)
      case 'choice':
        return new Set(node.nodes.flatMap((each) => [...this.#advance(each, positions)]))
      case 'repeat':
        return this.#repeat(node, positions)
      case 'start':
        return new Set(positions.has(0) ? [0] : [])
      case 'end':
        return new Set(positions.has(this.#codes.length) ? [this.#codes.length] : [])
    }
  }

  #step(node: PatternNode & { kind: 'class' }, positions: ReadonlySet<number>): Set<number> {
    const reached = new Set<number>()
    for (const position of positions) {
      const code = this.#codes[position]
      if (code !== undefined && isInClass(node, code)) reached.add(position + 1)
    }
    return reached
  }

  #repeat(node: PatternNode & { kind: 'repeat' }, positions: ReadonlySet<number>): Set<number> {
    let frontier = positions
    for (let count = 0; count < node.min && frontier.size > 0; count++) {
      if (this.#work > WORK_LIMIT) return new Set()
      frontier = this.#advance(node.node, frontier)
    }
    const reached = new Set(frontier)
    for (let count = node.min; count < node.max && frontier.size > 0; count++) {
      const next = this.#advance(node.node, frontier)
      frontier = new Set([...next].filter((position) => !reached.has(position)))
      for (const position of frontier) reached.add(position)
    }
    return reached
  }
}

/** Whether a pattern is found in a text. Takes time in proportion to a fixed limit at most. */
export function matchesPattern(node: PatternNode, text: string): boolean {
  return new Matcher(text).matches(node)
}
