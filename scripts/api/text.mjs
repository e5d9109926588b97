// Makes the text of a declaration: without comments and private members, laid out by the formatter of the project.
import { format } from 'oxfmt'

const LAYOUT = { semi: false, singleQuote: true, printWidth: 100 }

/** @param {string} source - declarations */
export async function layOut(source) {
  const { code, errors } = await format('api.d.ts', source, LAYOUT)
  if (errors.length > 0) throw new Error(`${errors[0].message}: ${source}`)
  return code.trim()
}

/**
 * The text of a node with edits applied.
 * @param {object} module - that has the node
 * @param {object} node
 * @param {{ start: number, end: number, text: string }[]} edits - within the node, apart from each other
 */
export function printNode({ text, comments }, node, edits) {
  const removed = comments.map(({ start, end }) => ({ start, end, text: '' }))
  const inside = [...removed, ...edits]
    .filter(({ start, end }) => start >= node.start && end <= node.end)
    .sort((first, second) => first.start - second.start)
  let printed = ''
  let position = node.start
  for (const edit of inside) {
    // A comment of a private member goes with it.
    if (edit.start < position) continue
    printed += text.slice(position, edit.start) + edit.text
    position = edit.end
  }
  printed += text.slice(position, node.end)
  return printed.replace(/^declare /, '').replace(/\n\s*\n/g, '\n')
}
