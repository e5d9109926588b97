import { isInClass, matchesPattern } from './match-pattern.js'
import type { PatternNode } from './pattern.js'

/** How often a repetition is made longer to reach the length that is asked for. */
const EXTRA_LIMIT = 64

/** No sample gets longer than this, in characters. */
const SAMPLE_LIMIT = 1000

const PREFERRED = Array.from('a0A -_.', (character) => character.codePointAt(0) ?? 0)

function sampleClass(node: PatternNode & { kind: 'class' }): string {
  const candidates = [...PREFERRED, ...node.ranges.flatMap(([first, last]) => [first, last + 1])]
  const code = candidates.find((candidate) => isInClass(node, candidate))
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** A text of a node: the first choice of all, and `extra` repetitions where they are allowed. */
function sample(node: PatternNode, extra: number): string {
  switch (node.kind) {
    case 'class':
      return sampleClass(node)
    case 'sequence':
      return node.nodes.map((each) => sample(each, extra)).join('')
    case 'choice': {
      const samples = node.nodes.map((each) => sample(each, extra))
      return (extra > 0 && samples.find((text) => text !== '')) || (samples[0] ?? '')
    }
    case 'repeat': {
      const once = sample(node.node, extra)
      const count = Math.min(node.min + extra, node.max)
      return once.repeat(Math.min(count, Math.ceil(SAMPLE_LIMIT / Math.max(once.length, 1))))
    }
    case 'start':
    case 'end':
      return ''
  }
}

/**
 * A text that matches a pattern, as short as the length allows, and always the same.
 *
 * @param length - in characters
 * @returns undefined where none was found
 */
export function samplePattern(
  node: PatternNode,
  length: { readonly min: number; readonly max: number },
): string | undefined {
  for (let extra = 0; extra <= Math.min(length.min, EXTRA_LIMIT); extra++) {
    const text = sample(node, extra).slice(0, SAMPLE_LIMIT)
    if (text.length > length.max) return undefined
    if (text.length >= length.min && matchesPattern(node, text)) return text
  }
  return undefined
}
