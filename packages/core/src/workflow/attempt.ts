import { issuesOf, nameOf, type LegFacts, type Place } from './leg-facts.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { toPlainValue } from './plain-value.js'
import { StepWriter } from './step-writer.js'
import type { AnyStepContext, Ended, StepWork, SuspendOptions } from './step.js'

/** No type can make one: a step that returns it gives no output. */
const ENDED = Object.freeze({}) as Ended

/** What one attempt came to. */
type AttemptEnd =
  | { readonly type: 'success' | 'bailed'; readonly output: unknown }
  | Extract<Outcome, { type: 'suspended' }>
  | { readonly type: 'thrown'; readonly error: unknown }

type Outcome =
  | {
      readonly type: 'suspended'
      readonly payload: unknown
      readonly labels: readonly string[] | undefined
    }
  | { readonly type: 'bailed'; readonly output: unknown }

/** One attempt of a step. */
export class Attempt {
  readonly #facts: LegFacts
  readonly #place: Place
  readonly #work: StepWork
  #outcome: Outcome | undefined
  #writer: StepWriter | undefined

  constructor(facts: LegFacts, place: Place, work: StepWork) {
    this.#facts = facts
    this.#place = place
    this.#work = work
  }

  #what(of: string): string {
    return `${of} of the step ${JSON.stringify(nameOf(this.#place.path))}`
  }

  members(): Pick<AnyStepContext, 'setState' | 'suspend' | 'bail' | 'abort'> {
    const { abort } = this.#facts
    return {
      setState: (change) => this.#setState(change),
      suspend: async (payload, options) => {
        this.#outcome = { type: 'suspended', payload, labels: readLabels(options) }
        await Promise.resolve()
        return ENDED
      },
      bail: (output) => {
        this.#outcome = { type: 'bailed', output }
        return ENDED
      },
      abort: () => {
        abort.abort()
        return ENDED
      },
    }
  }

  /** Made once a step asks for it: a stream costs more than all else of a trivial step. */
  get writer(): StepWriter {
    this.#writer ??= new StepWriter((chunk, isCustom) => this.#write(chunk, isCustom))
    return this.#writer
  }

  #write(chunk: unknown, isCustom: boolean): void {
    const { emit, runId } = this.#facts
    const { value } = toPlainValue(chunk, this.#what('A chunk'))
    if (isCustom) {
      emit(value as { readonly type: `data-${string}` })
      return
    }
    const payload = { stepName: nameOf(this.#place.path), output: value, runId }
    emit({ type: 'workflow-step-output', payload }, 'USER')
  }

  async #setState(change: unknown): Promise<void> {
    const { records } = this.#facts
    const { value } = toPlainValue(change, this.#what('The state'))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TypeError(`${this.#what('The state')} is not an object.`)
    }
    const state: Record<string, unknown> = { ...records.state, ...value }
    const parsed = await this.#work.state?.parse(state, 'json')
    if (parsed !== undefined && !('value' in parsed)) {
      throw issuesOf(parsed, `${this.#what('The state')} does not fit its stateSchema.`)
    }
    // Another step may have changed other members while the schema looked.
    records.setState({ ...records.state, ...value })
  }

  /** Runs the step once. */
  async run(context: AnyStepContext): Promise<AttemptEnd> {
    try {
      return await this.#settle(await this.#work.run(context, this.#facts.noteUsage))
    } catch (error) {
      return { type: 'thrown', error }
    }
  }

  async #settle(output: unknown): Promise<AttemptEnd> {
    const outcome = this.#outcome
    if (outcome === undefined) {
      const given = output === ENDED ? undefined : output
      return { type: 'success', output: toPlainValue(given, this.#what('The output')).value }
    }
    if (outcome.type === 'bailed') {
      return {
        type: 'bailed',
        output: toPlainValue(outcome.output, this.#what('The result')).value,
      }
    }
    const { value } = toPlainValue(outcome.payload, this.#what('The suspend payload'))
    const parsed = await this.#work.suspend?.parse(value, 'json')
    if (parsed !== undefined && !('value' in parsed)) {
      throw issuesOf(parsed, `${this.#what('The suspend payload')} does not fit its suspendSchema.`)
    }
    return { type: 'suspended', payload: value, labels: outcome.labels }
  }
}

function readLabels(options: SuspendOptions | undefined): readonly string[] | undefined {
  const given: unknown = options?.resumeLabel
  if (given === undefined) return undefined
  const labels: readonly unknown[] = Array.isArray(given) ? given : [given]
  const isText = (label: unknown): label is string =>
    typeof label === 'string' && label !== '' && label.length <= WORKFLOW_LIMITS.idCharacters
  if (!labels.every(isText) || labels.length > WORKFLOW_LIMITS.labels) {
    throw new TypeError(
      `resumeLabel must be a text of 1 to ${WORKFLOW_LIMITS.idCharacters} characters, or a list of at most ${WORKFLOW_LIMITS.labels}.`,
    )
  }
  return labels.filter(isText)
}
