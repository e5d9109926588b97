import type { JsonSchema } from '../schema/json-schema.js'
import { readSchema } from '../schema/read-schema.js'
import { isRead } from '../schema/readable-schema.js'
import { stepsOf } from './step-place.js'
import type { FlowEntry, Step } from './step.js'

/** A step as readers of a workflow see it. */
export interface StepOutline {
  readonly id: string
  readonly description: string | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** Whether it is a nested workflow. */
  readonly isWorkflow: boolean
  /** As JSON Schema (draft 7); undefined where there is none. */
  readonly schemas: Readonly<
    Record<'input' | 'output' | 'resume' | 'suspend' | 'state', JsonSchema | undefined>
  >
}

/** One link of a chain as readers of a workflow see it. No code of the application is in it. */
export type GraphNode =
  | {
      readonly type: 'step'
      readonly step: {
        readonly id: string
        readonly description?: string | undefined
        readonly canSuspend: boolean
      }
    }
  | {
      readonly type: 'workflow'
      readonly id: string
      readonly workflowId: string
      readonly description?: string | undefined
      readonly serializedStepFlow: readonly GraphNode[]
    }
  | { readonly type: 'mapping'; readonly id: string; readonly mapConfig: '' }
  | { readonly type: 'sleep'; readonly id: string; readonly duration?: number | undefined }
  /** `date` in ISO 8601. */
  | { readonly type: 'sleepUntil'; readonly id: string; readonly date?: string | undefined }
  | { readonly type: 'parallel'; readonly steps: readonly GraphNode[] }
  | {
      readonly type: 'conditional'
      readonly steps: readonly GraphNode[]
      readonly serializedConditions: readonly HiddenCode[]
    }
  | {
      readonly type: 'foreach'
      readonly step: GraphNode
      readonly opts: { readonly concurrency: number }
    }
  | {
      readonly type: 'loop'
      readonly step: GraphNode
      readonly serializedCondition: HiddenCode
      readonly loopType: 'dowhile' | 'dountil'
    }

/** A condition: its code stays with the application. */
interface HiddenCode {
  readonly id: string
  readonly fn: ''
}

function conditionOf({ id }: Step): HiddenCode {
  return { id: `${id}-condition`, fn: '' }
}

function stepNode({ id, description, work, suspendSchema, resumeSchema }: Step): GraphNode {
  const about = description === undefined ? {} : { description }
  if (work.type === 'flow') {
    const { flow } = work
    const serializedStepFlow = graphNodes(flow.entries)
    return { type: 'workflow', id, workflowId: flow.id, ...about, serializedStepFlow }
  }
  const canSuspend = (suspendSchema ?? resumeSchema) !== undefined
  return { type: 'step', step: { id, ...about, canSuspend } }
}

function nodeOf(entry: FlowEntry): GraphNode {
  switch (entry.type) {
    case 'step':
      if (entry.isMap === true) return { type: 'mapping', id: entry.step.id, mapConfig: '' }
      return stepNode(entry.step)
    case 'parallel':
      return { type: 'parallel', steps: entry.steps.map(stepNode) }
    case 'branch': {
      const steps = entry.cases.map(([, step]) => step)
      return {
        type: 'conditional',
        steps: steps.map(stepNode),
        serializedConditions: steps.map(conditionOf),
      }
    }
    case 'foreach': {
      const { step, concurrency } = entry
      return { type: 'foreach', step: stepNode(step), opts: { concurrency } }
    }
    case 'loop': {
      const { step, kind } = entry
      return {
        type: 'loop',
        step: stepNode(step),
        serializedCondition: conditionOf(step),
        loopType: kind,
      }
    }
    case 'sleep': {
      const { type, id, time } = entry
      return { type, id, ...(typeof time === 'number' && { duration: time }) }
    }
    case 'sleepUntil': {
      const { type, id, time } = entry
      return { type, id, ...(typeof time === 'number' && { date: new Date(time).toISOString() }) }
    }
  }
}

/** A chain as readers of its workflow see it. */
export function graphNodes(entries: readonly FlowEntry[]): readonly GraphNode[] {
  return entries.map(nodeOf)
}

function schemaOf(schema: object | undefined, side: 'input' | 'output'): JsonSchema | undefined {
  const read = schema === undefined ? undefined : readSchema(schema)
  if (read === undefined || !isRead(read)) return undefined
  return side === 'input' ? read.input : read.output()
}

function outlineStep(step: Step): StepOutline {
  const { id, description, metadata, work } = step
  return {
    id,
    description,
    metadata,
    isWorkflow: work.type === 'flow',
    schemas: {
      input: schemaOf(step.inputSchema, 'input'),
      output: schemaOf(step.outputSchema, 'output'),
      resume: schemaOf(step.resumeSchema, 'input'),
      suspend: schemaOf(step.suspendSchema, 'input'),
      state: schemaOf(step.stateSchema, 'input'),
    },
  }
}

/**
 * The steps of a chain, each once, by their names: the ids of the nested workflows and of the step, with dots between
 * them.
 * @param isDeep - also those of nested workflows
 */
export function outlineSteps(
  entries: readonly FlowEntry[],
  isDeep: boolean,
  prefix = '',
): ReadonlyMap<string, StepOutline> {
  const found = new Map<string, StepOutline>()
  for (const step of entries.flatMap(stepsOf)) {
    const name = prefix + step.id
    if (found.has(name)) continue
    found.set(name, outlineStep(step))
    if (!isDeep || step.work.type !== 'flow') continue
    for (const [inner, outline] of outlineSteps(step.work.flow.entries, isDeep, `${name}.`)) {
      found.set(inner, outline)
    }
  }
  return found
}
