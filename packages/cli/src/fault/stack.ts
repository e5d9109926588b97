import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isInstalled } from '../project/bundle/kind-of-file.js'
import { isOfOwnPackage } from '../project/own-packages.js'

/** A place in a file of this machine that a stack names. */
export interface StackPlace {
  readonly file: string
  /** Line and column, such as `3:9`. */
  readonly position: string
}

/** At most this many characters of a stack are read. */
const MAX_STACK_CHARACTERS = 20_000
/** A line of a stack that names a place, and how it begins. */
const PLACED = /^ +at (?:async )?/
/** The place in such a line. Places in Node.js begin with `node:`. */
const PLACE = /^((?:file:\/\/|[/\\A-Z]).*):(\d+:\d+)$/
const OF_NODE = /^ +at .*\(?node:/

/** The lines of a stack without the message before them: the message may contain text that looks like a place. */
function linesOf(error: unknown): readonly string[] {
  try {
    if (!(error instanceof Error)) return []
    const stack = String(error.stack)
    const messageAt = stack.indexOf(error.message)
    const begin = messageAt < 0 ? 0 : messageAt + error.message.length
    return stack.slice(begin, begin + MAX_STACK_CHARACTERS).split('\n')
  } catch {
    return []
  }
}

/** The path of a place in a stack; undefined if the address is not a file of this machine. */
function pathOf(file: string): string | undefined {
  if (!file.startsWith('file:')) return file
  try {
    return fileURLToPath(file)
  } catch {
    return undefined
  }
}

/** The place in a line of a stack: `at name (place:1:2)`, or `at place:1:2`. */
function placeOf(line: string): readonly StackPlace[] {
  const text = line.replace(PLACED, '')
  const place = text.endsWith(')') ? text.slice(text.indexOf('(') + 1, -1) : text
  const [, written = '', position = ''] = PLACE.exec(place) ?? []
  const file = pathOf(written)
  return file === undefined || file === '' ? [] : [{ file, position }]
}

/** The places that the stack of an error names, the innermost first, without those in Node.js. */
export function stackPlaces(error: unknown): readonly StackPlace[] {
  return linesOf(error)
    .filter((line) => PLACED.test(line))
    .flatMap(placeOf)
}

/** Whether a file belongs to Signet: to the packages that run this process, or to an installed copy. */
export function isOfSignet(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}@signet${sep}`) || isOfOwnPackage(file)
}

/** Whether a line of a stack names a place of the application. */
function isOfApplication(line: string): boolean {
  return (
    PLACED.test(line) && placeOf(line).some(({ file }) => !isOfSignet(file) && !isInstalled(file))
  )
}

/**
 * The stack of an error with its message, without the lines of Node.js. If it begins in the application, the lines of
 * Signet below it are left out too.
 */
export function shownStack(error: Error): string {
  const lines = (error.stack ?? String(error)).split('\n').filter((line) => !OF_NODE.test(line))
  const last = lines.findLastIndex(isOfApplication)
  return lines.slice(0, last < 0 ? lines.length : last + 1).join('\n')
}
