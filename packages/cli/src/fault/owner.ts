import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { areFaultOriginsFollowed, faultOrigin } from '@signet/core'

/** The folders of Signet's own packages. */
const OWN: readonly string[] = ['@signet/auth', '@signet/core', '@signet/server', '@signet/store']
  .map((name) => import.meta.resolve(name))
  .concat(import.meta.url)
  .map((url) => dirname(dirname(fileURLToPath(url))))

/** How much of a stack is read. */
const MOST_STACK_CHARACTERS = 20_000

/**
 * The places of a stack, without the message that stands before them: a text of somebody else's may look like a place.
 */
function placesOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return ''
    const stack = String(error.stack)
    const messageAt = stack.indexOf(error.message)
    const begin = messageAt < 0 ? 0 : messageAt + error.message.length
    return stack.slice(begin, begin + MOST_STACK_CHARACTERS)
  } catch {
    return ''
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}

/** The path that a place of a stack names; none for an address of no file of this machine. */
function pathOf(place: string): readonly string[] {
  if (!place.startsWith('file:')) return [place]
  try {
    return [fileURLToPath(place)]
  } catch {
    return []
  }
}

/** A line of a stack that names a place, and how it begins. */
const PLACED = /^ +at (?:async )?/
/** How the address or the path of a file begins; those of Node.js begin with `node:`. */
const IS_FILE = /^(?:file:\/\/|[/\\A-Z])/

/** The place of such a line, without the numbers of line and column: `at name (place:1:2)`, or `at place:1:2`. */
function placeOf(line: string): string {
  const text = line.replace(PLACED, '')
  const place = text.endsWith(')') ? text.slice(text.indexOf('(') + 1, -1) : text
  return place.split(':').slice(0, -2).join(':')
}

/** The files of a stack, without those of Node.js. */
function filesOf(stack: string): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => PLACED.test(line))
    .map(placeOf)
    .filter((place) => IS_FILE.test(place))
    .flatMap(pathOf)
}

function isOwn(file: string): boolean {
  const isCopy = file.includes(`${sep}node_modules${sep}@signet${sep}`)
  return isCopy || OWN.some((directory) => file.startsWith(directory + sep))
}

function isPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`)
}

/**
 * Whether after a fault that nobody handled the state of this process cannot be trusted: Node.js says so of itself, or
 * work of Signet's own broke off at an unknown place. That is where the stack names code of Signet and none of the
 * application, and nothing of the application had begun the work. What a request, a tool or a timer of the application
 * left behind is theirs; while origins are not followed, nobody knows whose it is, and nothing ends.
 */
export function endsTrust(error: unknown): boolean {
  if (codeOf(error) === 'ERR_INTERNAL_ASSERTION') return true
  if (!areFaultOriginsFollowed() || faultOrigin() !== undefined) return false
  const files = filesOf(placesOf(error))
  const isOfApplication = files.some((file) => !isOwn(file) && !isPackage(file))
  return !isOfApplication && files.some(isOwn)
}
