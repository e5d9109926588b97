import type { SchemaInput, SchemaOutput } from '../schema/schema-type.js'
import { createStep, checkStepId } from './create-step.js'
import { mapVariable } from './map.js'
import type { Step } from './step.js'
import { isWorkflow, Workflow, type MadeBy } from './workflow.js'
import type { WorkflowConfig } from './workflow-config.js'

export { createStep, mapVariable }
export type { Step, Workflow, WorkflowConfig }
export type { StepConfig } from './create-step.js'
export type { Run } from './run.js'
export type { WorkflowResult } from './run-result.js'

/**
 * Begins a workflow: add steps to it, and end the chain with `commit`.
 *
 * @throws {RegistrationError} `id_illegal`
 * @throws {ConfigurationError} `option_invalid`
 * @example
 * ```typescript
 * import { createStep, createWorkflow } from '@signet/core/workflows'
 * import { z } from 'zod'
 *
 * const amount = z.object({ amount: z.number() })
 * const double = createStep({
 *   id: 'double',
 *   inputSchema: amount,
 *   outputSchema: amount,
 *   execute: async ({ inputData }) => ({ amount: inputData.amount * 2 }),
 * })
 *
 * export const quadruple = createWorkflow({
 *   id: 'quadruple',
 *   inputSchema: amount,
 *   outputSchema: amount,
 * })
 *   .then(double)
 *   .then(double)
 *   .commit()
 * ```
 */
export function createWorkflow<
  const Id extends string,
  Input extends object,
  Output extends object,
  State extends object | undefined = undefined,
>(
  config: WorkflowConfig<Id, Input, Output, State>,
): Workflow<
  Id,
  SchemaInput<Input>,
  SchemaOutput<Output, unknown>,
  MadeBy<State>,
  SchemaOutput<Input, unknown>
> {
  return new Workflow(config)
}

/** A copy of a workflow under another id. Its runs are its own. */
export function cloneWorkflow<const Id extends string, Input, Output, State, Prev>(
  workflow: Workflow<string, Input, Output, State, Prev>,
  options: { readonly id: Id },
): Workflow<Id, Input, Output, State, Prev> {
  return workflow.clone(options.id)
}

/** A copy of a step under another id. */
export function cloneStep<const Id extends string, Input, Output, Resume, State>(
  step: Step<string, Input, Output, Resume, State>,
  options: { readonly id: Id },
): Step<Id, Input, Output, Resume, State> {
  checkStepId(options.id)
  if (isWorkflow(step)) throw new TypeError('Clone a workflow by cloneWorkflow.')
  return Object.freeze({ ...step, id: options.id, work: step.work })
}
