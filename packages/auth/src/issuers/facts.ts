import { ConfigurationError } from '../error.js'
import { asList } from '../lib/as-list.js'
import { LOOPBACK } from '../lib/loopback.js'
import { nearestName } from '../option/nearest-name.js'
import { readOptions } from '../option/read-options.js'

/** The facts of a preset: for each its remedy, which follows the word "Write" and says what it is, with an example. */
export type FactRemedies<Facts> = Readonly<Record<keyof Facts & string, string>>

/** Reads the facts of a preset. Each method refuses a bad value with `option_invalid`. */
export interface FactReader<Name extends string> {
  /** Whether the fact is given. */
  has(name: Name): boolean
  /** A text that is needed. */
  text(name: Name): string
  /** One text or several, at least one: what may be given as a text or as a list. */
  texts(name: Name): readonly string[]
  /** `true` or `false`; `false` where it is not given. */
  flag(name: Name): boolean
  /** One segment of the path of a URL: letters, digits, `-`, `_`, `.` and `~`. */
  segment(name: Name): string
  /** The name of a host in lower case, such as `acme.eu.auth0.com`. */
  host(name: Name): string
  /** An https URL without query and fragment, and `http` for this machine; without the slash at its end. */
  url(name: Name): string
  /** @throws {ConfigurationError} `option_invalid`, with the fact, the problem and the remedy */
  refuse(name: Name, problem: string): never
}

const SEGMENT = /^[\w~-][\w.~-]*$/
const HOST = /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/

/**
 * Whether a value is a text with something in it, and nothing around it that a copy has by mistake. `*` is none: in the
 * place of a claim it would stand for every member, and elsewhere it looks as if it did.
 */
function isClean(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== '*' && value.trim() === value
}

/** The URL in the one spelling in which an issuer has it in its tokens, without the slash at its end; undefined for any other. */
function readUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.href !== text && url.href !== `${text}/`)) return undefined
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (!isSafe || url.username !== '' || url.password !== '' || /[?#{}]/.test(text)) return undefined
  return text.endsWith('/') ? text.slice(0, -1) : text
}

/**
 * Reads what an operator says of an issuer.
 * @param preset - the function that was called, for its errors
 * @throws {ConfigurationError} `option_invalid` for what is not an object, a fact that is not known, and one that is undefined
 */
export function readFacts<Facts extends object>(
  preset: string,
  given: Facts,
  remedies: FactRemedies<Facts>,
): FactReader<keyof Facts & string> {
  type Name = keyof Facts & string
  const known = Object.keys(remedies)
  const fail = (message: string): never => {
    throw new ConfigurationError('option_invalid', message)
  }
  const refuse = (name: Name, problem: string): never =>
    fail(`The fact ${name} of ${preset} ${problem}. Write ${remedies[name]}.`)

  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return fail(`${preset} needs an object with facts: ${known.join(', ')}.`)
  }
  const facts = new Map<string, unknown>(Object.entries(readOptions<object>(given)))
  for (const [name, value] of facts) {
    if (!Object.hasOwn(remedies, name)) {
      const near = nearestName(name, known)
      const remedy =
        near === undefined ? `The facts are ${known.join(', ')}.` : `Did you mean ${near}?`
      fail(`${preset} does not have a fact ${JSON.stringify(name)}. ${remedy}`)
    }
    if (value === undefined) refuse(name as Name, 'is undefined')
  }

  const text = (name: Name): string => {
    if (!facts.has(name)) return refuse(name, 'is missing')
    const value = facts.get(name)
    return isClean(value)
      ? value
      : refuse(name, 'must be a text other than *, without white space around it')
  }
  const matching = (name: Name, form: RegExp, problem: string): string => {
    const value = text(name)
    return form.test(value) ? value : refuse(name, problem)
  }
  return {
    has: (name) => facts.has(name),
    text,
    texts: (name) => {
      if (!facts.has(name)) return refuse(name, 'is missing')
      const values = Array.from(asList(facts.get(name)))
      if (values.length > 0 && values.every(isClean)) return values
      return refuse(
        name,
        'must be a text other than *, without white space around it, or a list of such texts with at least one',
      )
    },
    flag: (name) => {
      const value = facts.has(name) ? facts.get(name) : false
      return typeof value === 'boolean' ? value : refuse(name, 'must be true or false')
    },
    segment: (name) => matching(name, SEGMENT, 'has a character that it cannot have'),
    host: (name) => matching(name, HOST, 'is not the name of a host in lower case'),
    url: (name) => readUrl(text(name)) ?? refuse(name, 'is not an https URL in its usual spelling'),
    refuse,
  }
}
