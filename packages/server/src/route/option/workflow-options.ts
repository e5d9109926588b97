import { harmless, isOnly, refused, served, type OptionTable } from './rule.js'

const requestContext = harmless('what the client says to steps', 'No step runs for this request.')
const resourceId = harmless('an owner', 'The token says who the owner is.')
const OWN_TRACES = 'The server traces by OpenTelemetry, as its operator sets it up.'

/** The query of workflows and of one workflow. */
export const WORKFLOW_QUERY: OptionTable = {
  partial: served('that steps and schemas are left out'),
  requestContext,
}

/** The query of the runs of a workflow. */
export const RUNS_QUERY: OptionTable = {
  page: served('which page'),
  perPage: served('how many on a page'),
  limit: served('how many on a page'),
  offset: served('how many are left out'),
  fromDate: served('runs that were made then or later'),
  toDate: served('runs that were made then or before'),
  status: served('runs that stand so'),
  resourceId,
  requestContext,
}

/** The query of one run. */
export const RUN_QUERY: OptionTable = {
  fields: served('what is told of the run'),
  withNestedWorkflows: served('whether the steps of nested workflows are told'),
  requestContext,
}

/** The query of what begins or goes on with a run. */
export const LEG_QUERY: OptionTable = { runId: served('the id of the run'), requestContext }

/** The query of what tells of a run. */
export const OBSERVE_QUERY: OptionTable = {
  ...LEG_QUERY,
  offset: refused(
    'a replay from an index',
    'Leave it out: all that is recorded of the run is told.',
    isOnly('0', 0),
  ),
}

/** The body of a new run. */
export const NEW_RUN_OPTIONS: OptionTable = {
  resourceId,
  requestContext,
  disableScorers: harmless('that nothing is scored', 'There are no scorers.'),
}

const leg: OptionTable = {
  requestContext: served('what the client says to steps'),
  resourceId,
  tracingOptions: harmless('how the run is traced', OWN_TRACES),
  perStep: refused('runs that wait behind each step', undefined, isOnly(false)),
}

/** The body of the start of a run. */
export const START_OPTIONS: OptionTable = {
  ...leg,
  inputData: served('what the workflow is started with'),
  initialState: served('what the state is at first'),
  closeOnSuspend: harmless('when a suspended stream ends', 'A stream ends where its run waits.'),
}

/** The body of what a run goes on with. */
export const RESUME_OPTIONS: OptionTable = {
  ...leg,
  step: served('which step goes on'),
  resumeData: served('what the step goes on with'),
  forEachIndex: served('which item of a foreach'),
}
