/** Options of a workflow that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_WORKFLOW_OPTIONS = {
  mastra: 'Give the workflow to a Mastra: new Mastra({ workflows }).',
  executionEngine: 'Signet has one engine. Leave the option out.',
  type: 'Signet does not run workflows as processors. Leave the option out.',
  schedule: 'Call mastra.schedules.create with the workflowId.',
} as const

/** The same, of options that close something. */
export const WORKFLOW_GUARDS = {
  requestContextSchema:
    'Signet does not check it. Check requestContext.client in the first step, and leave the option out.',
} as const

/** Options below `options` of a workflow that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_WORKFLOW_SETTINGS = {
  tracingPolicy: 'Signet does not have policies of traces. Leave the option out.',
  autoRestartActiveRuns:
    'A server always goes on with runs that were at work. Leave the option out.',
  shouldPersistSnapshot: 'Signet keeps every run. Leave the option out.',
  emitStepEvents: 'A stream always has them. Leave the option out.',
  sharePubsub: 'Signet does not publish events. Leave the option out.',
  allowUnclaimedResumes: 'A run is always resumed by one caller. Leave the option out.',
  evaluatePersistencePredicateBeforeDurableOperation: 'Leave the option out.',
} as const

/** The same, of options that close something. */
export const WORKFLOW_SETTING_GUARDS = {
  pruneSnapshot:
    'Signet does not call it, so the snapshot would hold all that the steps return. Return from each step only what may be kept, and leave the option out.',
} as const

/** Options of a step that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_STEP_OPTIONS = {
  scorers: 'Signet does not run scorers. Leave the option out.',
  component: 'Nothing of Signet shows it. Leave the option out.',
} as const

/** The same, of options that close something. */
export const STEP_GUARDS = {
  requestContextSchema:
    'Signet does not check it. Check requestContext.client in execute, and leave the option out.',
} as const

/** Options of createRun that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_NEW_RUN_OPTIONS = {
  disableScorers: 'Signet does not run scorers. Leave the option out.',
  pubsub: 'Signet does not publish events. Leave the option out.',
  shouldPersistSnapshot: 'Signet keeps every run. Leave the option out.',
  tracingPolicy: 'Signet does not have policies of traces. Leave the option out.',
} as const

/** Options of start, stream and resume that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_RUN_OPTIONS = {
  outputWriter: 'Read the chunks of run.stream() instead.',
  tracingOptions: 'Signet does not pass them on. Leave the option out.',
  tracingContext: 'Signet does not pass it on. Leave the option out.',
  tracing: 'Signet does not pass it on. Leave the option out.',
  actor: 'requestContext.principal says who acts.',
  format: 'Signet has one form of chunks. Leave the option out.',
  retryCount: 'Set retries at the step.',
} as const

/** The same, of options that would change what happens. */
export const RUN_GUARDS = {
  perStep: 'Signet does not stop after each step. Suspend in a step instead.',
} as const
