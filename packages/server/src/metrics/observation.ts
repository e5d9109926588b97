import type { Decision, DecisionCode } from '../exchange.js'
import { methodName } from '../method-name.js'
import type { Route } from '../route.js'

/** What metrics keep of a decision: nothing that a caller chose but from a short list. */
export interface Observation {
  readonly method: string
  /** The pattern of the route, or `none`. */
  readonly route: string
  readonly status: number
  readonly code: DecisionCode | undefined
  readonly seconds: number
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
}

/**
 * Reduces a decision to what is measured.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
export function observeDecision(
  { request, route, status, code, durationMs, usage }: Decision,
  pathOf: (route: Route) => string,
): Observation {
  return {
    method: methodName(request),
    route: route === undefined ? 'none' : pathOf(route),
    status,
    code,
    seconds: Math.max(0, durationMs) / 1000,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
  }
}
