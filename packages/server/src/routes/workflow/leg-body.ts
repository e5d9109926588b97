import { BOUNDS, WORKFLOW_LIMITS } from '@signet/core'
import { z } from 'zod'
import { clientContext } from '../agent/client-context.js'
import { ignoredOwner } from '../memory/schema.js'
import { runIdText } from '../schema.js'

/** The query of what needs a run. */
export const legQuery: z.ZodObject<{ runId: typeof runIdText }> = z.object({ runId: runIdText })

/** The query of what makes a run where none is named. */
export const newLegQuery: z.ZodObject<{ runId: z.ZodOptional<typeof runIdText> }> = z.object({
  runId: runIdText.optional(),
})

/** What a leg is begun with, by whatever route. */
interface LegRequest {
  /** The client's word, which reaches steps as `requestContext.client`. */
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** The body of the start of a run. */
export interface StartRequest extends LegRequest {
  /** Checked by the workflow, which knows its form. */
  readonly inputData?: unknown
  readonly initialState?: unknown
}

/** The body of what a run goes on with. */
export interface ResumeRequest extends LegRequest {
  /** The path to a step. */
  readonly step?: readonly string[] | undefined
  readonly resumeData?: unknown
  readonly forEachIndex?: number | undefined
}

const anything = (description: string) => z.unknown().meta({ type: 'object', description })

const leg = { requestContext: clientContext.optional(), resourceId: ignoredOwner }

/** Checks the body of a new run, which may be left out. */
export const newRunRequest: z.ZodType<unknown> = z.object({ resourceId: ignoredOwner }).optional()

/** Checks the body of the start of a run. */
export const startRequest: z.ZodType<StartRequest> = z.object({
  ...leg,
  inputData: anything('What the workflow is started with.').optional(),
  initialState: anything('What the state of the run is at first.').optional(),
})

const stepName = z.string().min(1).max(BOUNDS.stepCharacters.limit)

/** The id of a step, or the path to it: a list of ids. */
const stepPath = z
  .preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z.array(stepName).min(1).max(BOUNDS.stepNames.limit),
  )
  .meta({
    type: 'string',
    maxLength: BOUNDS.stepCharacters.limit,
    description: 'The id of a step, or a list of ids that leads to it.',
  })

/** Checks the body of what a run goes on with. */
export const resumeRequest: z.ZodType<ResumeRequest> = z.object({
  ...leg,
  step: stepPath.optional(),
  resumeData: anything('What the step goes on with.').optional(),
  forEachIndex: z.int().min(0).max(WORKFLOW_LIMITS.items).optional(),
})
