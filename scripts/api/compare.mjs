// Compares two golden texts of a package.

const TITLE = /^=== (.+) ===$/
/** The title of an entry is how it is imported. */
const ENTRY = /^\S+$/
/** The first line of a declaration; what follows it is indented, or closes it. */
const DECLARATION =
  /^(?:export )?(?:abstract )?(?<kind>class|const|enum|function|interface|type) (?<name>[\w$]+)/
const LIST =
  /^(?<kind>export|export type|import) (?:\{ (?:.+ as )?(?<name>[\w$]+) \}|\* as (?<star>[\w$]+))/

/** @returns {{ kind: string, name: string } | undefined} */
function readStart(line) {
  const { kind, name, star } = (LIST.exec(line) ?? DECLARATION.exec(line))?.groups ?? {}
  return kind && { kind, name: name ?? star }
}

/** The declarations of a text, by their section and name. */
function readItems(text) {
  const items = new Map()
  let title = ''
  let item
  for (const line of text.split('\n')) {
    const found = TITLE.exec(line)?.[1]
    if (found !== undefined) {
      title = found
      item = { title, what: 'the entry', lines: [] }
      // The others come and go with what is below them.
      if (ENTRY.test(title)) items.set(title, item)
      continue
    }
    const start = readStart(line)
    if (start) {
      const key = `${title}\n${start.name}`
      item = items.get(key) ?? { title, what: `${start.kind} ${start.name}`, lines: [] }
      items.set(key, item)
    }
    if (line !== '') item?.lines.push(line.trim())
  }
  return items
}

/** The first line of one list that the other has not at the same place. */
function firstDifference(lines, others) {
  return lines.find((line, index) => line !== others[index])
}

function describeChange({ lines }, { lines: now }) {
  const line = firstDifference(now, lines)
  if (line !== undefined) return `has changed, first at: ${line}`
  return `has changed, and ends before: ${firstDifference(lines, now)}`
}

/**
 * What differs between two golden texts of a package, a line for each name; empty where nothing does.
 * @param {string} before - the text that is checked in
 * @param {string} after - the text of what is built
 * @returns {string[]}
 */
export function compareApis(before, after) {
  const [old, now] = [readItems(before), readItems(after)]
  const differences = []
  for (const [key, item] of old) {
    const { title, what, lines } = item
    const other = now.get(key)
    if (!other) differences.push(`${title}: ${what} is gone`)
    else if (lines.join('\n') !== other.lines.join('\n')) {
      differences.push(`${title}: ${other.what} ${describeChange(item, other)}`)
    }
  }
  for (const [key, { title, what }] of now) {
    if (!old.has(key)) differences.push(`${title}: ${what} is new`)
  }
  if (differences.length === 0 && before !== after) differences.push('the order or layout differs')
  return differences
}
