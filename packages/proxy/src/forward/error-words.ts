import { isObject } from '@signet/auth/internal'

/** In characters. */
const MAX_TEXT = 500
/** Of a value that is looked into. */
const MAX_DEPTH = 100
/** A path of a machine, a key, the name of a module: what tells how the application is built. */
const TELLING =
  /process\.env|[/\\](?:home|usr|root|app|srv|etc|var|tmp|opt|mnt|workspace|Users|node_modules|src|dist)[/\\]|\bfile:|\bsk-|\bnode:|[A-Za-z]:\\/
/** A variable of an environment. */
const VARIABLE = /\b[A-Z][A-Z\d]*_[A-Z\d_]+\b/
/** A code of an error, such as `NOT_FOUND`, which looks like a variable. */
const CODE = /^[A-Z\d_]+$/
/** What a line of a stack has: where the code stands, and the number of the line. */
const PLACE = /\bat /
const LINE_NUMBER = /:\d/
const STACK = /\n[ \t]+at /
const PUBLIC_ERROR = 'The answer failed.'

function isTelling(text: string): boolean {
  return TELLING.test(text) || (PLACE.test(text) && LINE_NUMBER.test(text))
}

/** What the application says of an error, where that tells nothing of how it is built. */
export function publicText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) return undefined
  return value.includes('\n') || VARIABLE.test(value) || isTelling(value) ? undefined : value
}

/** The same within an answer, whose errors may have several lines, and codes. */
function toldText(text: string): string {
  if (STACK.test(text) || isTelling(text)) return PUBLIC_ERROR
  return VARIABLE.test(text) && !CODE.test(text) ? PUBLIC_ERROR : text
}

/** An error of JavaScript as JSON: its message only where that may be told. */
function publicError(error: object, isTold: boolean): object {
  const message = isTold ? publicText(Reflect.get(error, 'message')) : undefined
  return { name: 'Error', message: message ?? PUBLIC_ERROR }
}

/** The `error` of a chunk that ends an answer: whatever it is, nothing of it is told. */
function blank(value: unknown): unknown {
  return isObject(value) ? publicError(value, false) : PUBLIC_ERROR
}

/** Members that hold the text of an error, wherever they stand. */
const ERROR_TEXTS: ReadonlySet<string> = new Set(['error', 'cause', 'errorMessage', 'errorStack'])
/** Members that hold an error of JavaScript as an object. */
const ERRORS: ReadonlySet<string> = new Set(['error', 'cause'])
/** Kinds of the result of a tool that failed. */
const FAILED_RESULTS: ReadonlySet<unknown> = new Set(['error-text', 'error-json'])
/** JSON within a text, in which some answers hold the error of a tool or of a workflow. */
const JSON_IN_TEXT = /^\s*[[{]/

/** What callers may see of an answer. */
export interface Seen {
  /** Whether they may see what a model was asked, and with it the prompt of its agent. */
  readonly isPromptSeen: boolean
}

/** Takes out of a value of JSON what callers may not see. Changes the value. */
class Cleaner {
  /** Whether the value held anything of that. */
  isChanged = false
  readonly #isPromptSeen: boolean

  constructor({ isPromptSeen }: Seen) {
    this.#isPromptSeen = isPromptSeen
  }

  clean(value: unknown, depth = 0): unknown {
    if (!isObject(value) || depth > MAX_DEPTH) return value
    if (Array.isArray(value)) {
      const list: unknown[] = value
      for (const [index, each] of list.entries()) list[index] = this.clean(each, depth + 1)
      return list
    }
    if (typeof Reflect.get(value, 'stack') === 'string')
      return this.#changed(publicError(value, true))
    const object = value as Record<string, unknown>
    const isError = object['type'] === 'error'
    const isFailed = FAILED_RESULTS.has(object['type'])
    if (object['isError'] === true) this.#content(object['content'])
    for (const [name, member] of Object.entries(object)) {
      const told = this.#member(name, member, { isError, isFailed, depth })
      // A member of that name would be the prototype.
      if (told !== member && name !== '__proto__') object[name] = told
    }
    return object
  }

  #changed<T>(value: T): T {
    this.isChanged = true
    return value
  }

  #text(text: string): string {
    const told = toldText(text)
    return told === text ? text : this.#changed(told)
  }

  #member(
    name: string,
    member: unknown,
    holder: { readonly isError: boolean; readonly isFailed: boolean; readonly depth: number },
  ): unknown {
    const { isError, isFailed, depth } = holder
    if (isError && name === 'error') return this.#changed(blank(member))
    if (isError && name === 'payload' && isObject(member) && Object.hasOwn(member, 'error'))
      return this.#changed({ ...member, error: blank(Reflect.get(member, 'error')) })
    if (name === 'errorText') {
      // Of a chunk of the AI SDK, and of a message that is stored.
      const told = publicText(member) ?? PUBLIC_ERROR
      return told === member ? member : this.#changed(told)
    }
    if (typeof member === 'string') {
      if (ERROR_TEXTS.has(name) || (isFailed && name === 'value')) return this.#text(member)
      return JSON_IN_TEXT.test(member) && member.includes('"error') ? this.#within(member) : member
    }
    if (!isObject(member)) return member
    if (!this.#isPromptSeen) {
      if (name === 'request' && Object.hasOwn(member, 'body')) return this.#changed({})
      if (name === 'systemMessages' && Array.isArray(member)) return this.#changed([])
      if (name === 'taggedSystemMessages') return this.#changed({})
    }
    const cleaned = this.clean(member, depth + 1)
    if ((ERRORS.has(name) || (isFailed && name === 'value')) && isObject(cleaned)) {
      const message: unknown = Reflect.get(cleaned, 'message')
      if (typeof message === 'string') Reflect.set(cleaned, 'message', this.#text(message))
    }
    return cleaned
  }

  /** What a tool of MCP says that failed. */
  #content(parts: unknown): void {
    if (!Array.isArray(parts)) return
    for (const part of parts.filter(isObject)) {
      const text: unknown = Reflect.get(part, 'text')
      if (typeof text === 'string') Reflect.set(part, 'text', this.#text(text))
    }
  }

  /** JSON within a text. */
  #within(text: string): string {
    try {
      const inner = new Cleaner({ isPromptSeen: this.#isPromptSeen })
      const value = inner.clean(JSON.parse(text))
      return inner.isChanged ? this.#changed(JSON.stringify(value)) : text
    } catch {
      return text
    }
  }
}

/**
 * A value of JSON as callers may see it: without stacks, without what its errors tell of how the application is built, and
 * without what a chunk of the type `error` says of the model and its provider. Changes the value.
 * @returns undefined where there is nothing to be taken out
 */
export function withoutTelling(
  value: unknown,
  seen: Seen,
): { readonly value: unknown } | undefined {
  const cleaner = new Cleaner(seen)
  const cleaned = cleaner.clean(value)
  return cleaner.isChanged ? { value: cleaned } : undefined
}
