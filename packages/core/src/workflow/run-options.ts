import type { OptionNames, Unserved } from '@signet/auth'
import { findRefusedOptions, readOptions, refuseOptions } from '@signet/auth/internal'
import { RUN_GUARDS, UNSUPPORTED_RUN_OPTIONS } from '../option/workflow-options.js'
import type { RequestContext } from '../request-context.js'
import type { StepPlace } from './step-place.js'

type UnservedRunOptions = typeof UNSUPPORTED_RUN_OPTIONS & typeof RUN_GUARDS

/** Options of every leg. */
export interface LegOptions extends Unserved<UnservedRunOptions> {
  /** Who runs the workflow, and the application's values. Default: the application itself, with none. */
  readonly requestContext?: RequestContext | undefined
  /** What the result has beside its steps. `includeState`: the state. Default: nothing more. */
  readonly outputOptions?: { readonly includeState?: boolean | undefined } | undefined
}

/** Options of `start` and `stream`. */
export interface StartOptions<Input, State> extends LegOptions {
  /** Checked by the inputSchema of the workflow. */
  readonly inputData?: Input | undefined
  /** What the state is at first, checked by the stateSchema of the workflow. Default: an empty object. */
  readonly initialState?: State | undefined
}

/** Options of `resume` and `resumeStream`. */
export interface ResumeOptions<Resume> extends LegOptions {
  /** Which step goes on. Default: the one that waits; where several do, one must be named. */
  readonly step?: StepPlace<Resume> | undefined
  /** The same, by a label that the step gave to `suspend`. */
  readonly label?: string | undefined
  /** What the step gets, checked by its resumeSchema. */
  readonly resumeData?: Resume | undefined
  /** Which item of a `foreach`: 0 is the first. Default: all that wait. */
  readonly forEachIndex?: number | undefined
}

/** The same, whatever the step takes. */
export type AnyResumeOptions = Omit<ResumeOptions<never>, 'resumeData'> & {
  readonly resumeData?: unknown
}

export const LEG: Record<'requestContext' | 'outputOptions', true> = {
  requestContext: true,
  outputOptions: true,
}

export const START: OptionNames<StartOptions<unknown, unknown>, UnservedRunOptions> = {
  ...LEG,
  inputData: true,
  initialState: true,
}

export const RESUME: OptionNames<ResumeOptions<unknown>, UnservedRunOptions> = {
  ...LEG,
  step: true,
  label: true,
  resumeData: true,
  forEachIndex: true,
}

/** Reads options of a leg. @throws {OptionsError} */
export function legOptions<Options extends LegOptions>(
  given: Options | undefined,
  served: Readonly<Record<string, true>>,
): Options {
  const options = readOptions(given)
  const rules = { served, unsupported: UNSUPPORTED_RUN_OPTIONS, guards: RUN_GUARDS }
  refuseOptions(findRefusedOptions('The run', options, rules))
  return options
}
