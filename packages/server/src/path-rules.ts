import type { AuthProvider, PathRule } from '@signet/auth'
import { StartError } from './error.js'

function pathOf(rule: PathRule): RegExp | string {
  return Array.isArray(rule) ? pathOf(rule[0] as PathRule) : (rule as RegExp | string)
}

/**
 * Refuses rules of a provider that would do nothing. Who may call a route stands at the route itself:
 * a built-in one cannot be opened by a path, because one typo would then open another.
 *
 * @throws {StartError} `path_rule_unknown`
 */
export function checkPathRules(provider: AuthProvider | false): void {
  if (provider === false) return
  const { public: opened = [], protected: closed = [] } = provider
  const [rule] = [...opened, ...closed]
  if (rule === undefined) return
  throw new StartError(
    'path_rule_unknown',
    `server.auth names the path ${String(pathOf(rule))} as public or protected, but no route of the application has it. Built-in routes are always protected and cannot be opened this way: remove the entry.`,
  )
}
