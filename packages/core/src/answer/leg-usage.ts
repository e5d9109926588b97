import type { AgentOutput, Usage } from './answer.js'
import { totalUsage } from './build-answer.js'

/** How many steps of an answer are of earlier legs: beside it, so that the wire does not show them. */
const earlier = new WeakMap<AgentOutput, number>()

/** Notes that a leg has made an answer on, whose first steps were made before. @param count - of the steps that were over */
export function noteLeg(output: AgentOutput, count: number): void {
  // The model had been asked for the step that waited, too.
  earlier.set(output, count + 1)
}

/** The tokens that a model counted for the leg that made an answer: not those of the legs before it. */
export function usageOfLeg(output: AgentOutput): Usage {
  const count = earlier.get(output)
  if (count === undefined) return output.totalUsage
  return totalUsage(output.steps.slice(count).map(({ usage }) => usage))
}
