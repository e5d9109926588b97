import { ConfigurationError } from '../error.js'

/** A method that a rule can name, as in Mastra. */
export type PathMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL'

/** A path that Mastra can open or close: a path, a pattern, or a path with its methods. */
export type PathRule = RegExp | string | readonly [string, PathMethod | readonly PathMethod[]]

/**
 * Rules as the classes here keep them. Not readonly, because the type that Mastra has of a provider
 * is not, and takes no list that is.
 */
export type KeptPathRules = (RegExp | string | [string, PathMethod | PathMethod[]])[]

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function keepRule(rule: PathRule): KeptPathRules[number] {
  if (!isList(rule)) return rule
  const [path, methods] = rule
  return [path, isList(methods) ? [...methods] : methods]
}

/**
 * A copy of the rules, so that nobody opens a path by changing the list that was given.
 * @throws {ConfigurationError} `option_invalid` for what is not a list
 */
export function keepRules(rules: readonly PathRule[], option: string): KeptPathRules {
  if (isList(rules)) return rules.map(keepRule)
  throw new ConfigurationError('option_invalid', `The option ${option} must be a list.`)
}
