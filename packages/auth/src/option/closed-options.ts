import { nearestName } from './nearest-name.js'
import { readOptions } from './read-options.js'

/** An option that somebody gave, and that is not served. */
export interface RefusedOption {
  /** The object that has the option, such as `Agent "weather-agent"`. */
  readonly where: string
  /** The option, with its path below the object: `options.semanticRecall`. */
  readonly name: string
  /** Whether Mastra has an option of this name. Otherwise nobody has, and the name is probably misspelt. */
  readonly isKnownToMastra: boolean
  /** Whether the option closes something. Without it, something would stand open that must not. */
  readonly isGuard: boolean
  /** What would be missing, and what to do, in whole sentences. */
  readonly remedy: string
}

/** Names of options with what to do about each, in whole sentences. */
export type Remedies = Readonly<Record<string, string>>

/**
 * The names of all options of a type, but for those of a table of remedies: an option that is added to the type
 * does not compile until it is added here.
 */
export type OptionNames<Options, Refused = object> = Readonly<
  Record<Exclude<keyof Options & string, keyof Refused>, true>
>

/** Which options an object may have. */
export interface OptionRules {
  /** The names of options that are served. */
  readonly served: Readonly<Record<string, true>>
  /** Options that Mastra has and Signet does not serve. */
  readonly unsupported?: Remedies | undefined
  /** The same, of options that close something: a check, a filter, an approval. */
  readonly guards?: Remedies | undefined
  /** Names that stand elsewhere, with where to write them. */
  readonly misplaced?: Remedies | undefined
}

/** Values that ask for nothing: an option of such a value may as well be left out. */
export type Nothing = undefined | null | false | readonly [] | Readonly<Record<string, never>>

/** The options of a table of remedies, as a type: each may only have a value that asks for nothing. */
export type Unserved<Table> = { readonly [Name in keyof Table]?: Nothing | undefined }

function isEmpty(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype && Object.keys(value).length === 0
}

/** Whether the value of an option asks for nothing. */
export function isNothing(value: unknown): value is Nothing {
  if (value === undefined || value === null || value === false) return true
  return typeof value === 'object' && isEmpty(value)
}

function own<Value>(
  table: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

function remedyOfUnknown(name: string, rules: OptionRules): string {
  const { served, unsupported = {}, guards = {} } = rules
  const place = own(rules.misplaced, name)
  if (place !== undefined) return `There is no such option here. ${place}`
  const known = [served, guards, unsupported].flatMap(Object.keys)
  const near = nearestName(name, known)
  return near === undefined
    ? 'There is no such option. Leave it out.'
    : `There is no such option. Did you mean ${near}?`
}

/**
 * The options of an object that are not served, in their order; those of its classes are among them. An option of Mastra whose value asks for
 * nothing is not among them; a name that nobody has is, whatever its value.
 *
 * @param where - the object, such as `Agent "weather-agent"`
 * @param path - what stands before each name, such as `options.`. Default: nothing
 */
export function findRefusedOptions(
  where: string,
  options: object,
  rules: OptionRules,
  path = '',
): readonly RefusedOption[] {
  return Object.entries(readOptions(options)).flatMap(
    ([name, value]: readonly [string, unknown]) => {
      if (own(rules.served, name) === true) return []
      const guard = own(rules.guards, name)
      const remedy = guard ?? own(rules.unsupported, name)
      if (remedy !== undefined && isNothing(value)) return []
      return [
        {
          where,
          name: path + name,
          isKnownToMastra: remedy !== undefined,
          isGuard: guard !== undefined,
          remedy: remedy ?? remedyOfUnknown(name, rules),
        },
      ]
    },
  )
}
