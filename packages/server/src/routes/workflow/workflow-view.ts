import { graphNodes, outlineSteps, type AnyWorkflow, type StepOutline } from '@signet/core'
import { schemaText } from '../schema-text.js'

/** A workflow as the wire shows it: what Mastra shows, without the code of the application. */
type WorkflowView = Readonly<Record<string, unknown>>

/** What every server does with each workflow. */
const OPTIONS = { validateInputs: true, emitStepEvents: true }

function viewStep({ id, description, metadata, isWorkflow, schemas }: StepOutline): object {
  const { input, output, resume, suspend, state } = schemas
  return {
    id,
    description,
    metadata,
    inputSchema: schemaText(input),
    outputSchema: schemaText(output),
    resumeSchema: schemaText(resume),
    suspendSchema: schemaText(suspend),
    stateSchema: schemaText(state),
    ...(isWorkflow && { component: 'WORKFLOW' }),
  }
}

function viewSteps(steps: ReadonlyMap<string, StepOutline>): object {
  return Object.fromEntries([...steps].map(([name, step]) => [name, viewStep(step)]))
}

function viewAllSteps(steps: ReadonlyMap<string, StepOutline>): object {
  return Object.fromEntries(
    [...steps].map(([name, step]) => [name, { ...viewStep(step), isWorkflow: step.isWorkflow }]),
  )
}

function viewWhole(workflow: AnyWorkflow): WorkflowView {
  const { id, description, metadata, entries } = workflow
  return {
    name: id,
    description,
    metadata,
    origin: 'code',
    steps: viewSteps(outlineSteps(entries, false)),
    allSteps: viewAllSteps(outlineSteps(entries, true)),
    stepGraph: graphNodes(entries),
    inputSchema: schemaText(workflow.inputJsonSchema),
    outputSchema: schemaText(workflow.outputJsonSchema),
    stateSchema: schemaText(workflow.stateJsonSchema),
    options: OPTIONS,
    isProcessorWorkflow: false,
  }
}

function viewPart({ id, description, metadata, entries }: AnyWorkflow): WorkflowView {
  return {
    name: id,
    description,
    metadata,
    origin: 'code',
    stepCount: outlineSteps(entries, false).size,
    steps: {},
    allSteps: {},
    stepGraph: graphNodes(entries),
    options: OPTIONS,
  }
}

/** A workflow does not change once it is committed, and is shown to all in the same way. */
const whole = new WeakMap<AnyWorkflow, WorkflowView>()
const partial = new WeakMap<AnyWorkflow, WorkflowView>()

/**
 * A workflow as the wire shows it. Schemas are texts, as those of tools are.
 * @param isPartial - without its steps and schemas. Default: false
 */
export function viewWorkflow(workflow: AnyWorkflow, isPartial = false): WorkflowView {
  const views = isPartial ? partial : whole
  const known = views.get(workflow)
  if (known !== undefined) return known
  const view = isPartial ? viewPart(workflow) : viewWhole(workflow)
  views.set(workflow, view)
  return view
}
