import type { Mastra } from '../mastra-type.js'
import { copy, type LegFacts, type Scope } from './leg-facts.js'
import { StepWriter } from './step-writer.js'
import type { AnyStepContext, ConditionContext, Step } from './step.js'

/** What a function of `.map`, `.sleep` and `.sleepUntil` gets: as a step does, but it may neither wait nor tell. */
export function plainContext(facts: LegFacts, value: unknown, scope: Scope): AnyStepContext {
  const refuse = (): never => {
    throw new TypeError('Only a step may do that.')
  }
  return {
    ...conditionContext(facts, value, scope, 1),
    retryCount: 0,
    setState: refuse,
    suspend: refuse,
    bail: refuse,
    abort: refuse,
    get writer() {
      return new StepWriter(refuse)
    },
  }
}

/** What a condition gets. */
export function conditionContext(
  facts: LegFacts,
  inputData: unknown,
  scope: Scope,
  iterationCount: number,
): ConditionContext<unknown> & { readonly iterationCount: number } {
  return { ...commonContext(facts, scope), inputData: copy(inputData), iterationCount }
}

/** What steps and conditions find beside their input. */
export function commonContext(
  facts: LegFacts,
  scope: Scope,
): Omit<ConditionContext<unknown>, 'inputData'> {
  const { records, runId, resourceId, requestContext, mastra, abort } = facts
  return {
    state: copy(records.state),
    runId,
    workflowId: scope.flow.id,
    resourceId,
    requestContext,
    // Its type says that it is there: so it is in every workflow that a Mastra has.
    mastra: mastra as Mastra,
    abortSignal: abort.signal,
    getStepResult<Result>(step: string | Step): Result {
      const found = scope.results.get(typeof step === 'string' ? step : step.id)
      return copy(found ?? null) as Result
    },
    getInitData<Result>(): Result {
      return copy(scope.input) as Result
    },
  }
}
