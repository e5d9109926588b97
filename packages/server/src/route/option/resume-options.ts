import {
  harmless,
  isNothingOr,
  refused,
  served,
  type OptionRule,
  type OptionTable,
} from './rule.js'

/** An option that the answer began with, and goes on with. */
function kept(feature: string): OptionRule {
  return refused(feature, 'Leave it out: the answer goes on as it began.')
}

const owner = harmless('an owner', 'The token says who the owner is.')

/** The body of what a suspended call is resumed with. */
export const RESUME_OPTIONS: OptionTable = {
  runId: served('the suspended run'),
  toolCallId: served('the call that is resumed'),
  resumeData: served('what the call is resumed with'),
  requestContext: served('what the client says to the tool'),
  memory: harmless('a thread', 'The suspended run has its own.'),
  resourceId: owner,
  threadId: harmless('a thread', 'The suspended run has its own.'),
  instructions: kept('other instructions for the rest of an answer'),
  system: kept('another system prompt for the rest of an answer'),
  context: kept('more messages for the rest of an answer'),
  model: kept('another model for the rest of an answer'),
  maxSteps: kept('another number of steps for the rest of an answer'),
  modelSettings: kept('other settings for the rest of an answer'),
  providerOptions: kept('other options of the provider for the rest of an answer'),
  toolChoice: kept('another choice of tools for the rest of an answer'),
  activeTools: kept('other tools for the rest of an answer'),
  clientTools: kept('other tools of the client for the rest of an answer'),
  toolsets: kept('other tools for the rest of an answer'),
  requireToolApproval: kept('approvals for the rest of an answer alone'),
  structuredOutput: kept('another shape for the rest of an answer'),
  output: kept('another shape for the rest of an answer'),
  stopWhen: kept('another end for the rest of an answer'),
  savePerStep: refused('messages that are stored step by step'),
  untilIdle: refused(
    'streams that wait for background tasks',
    'Leave it out: no tool runs in the background here.',
  ),
  versions: refused('versions of agents'),
  scorers: refused('scorers'),
  returnScorerData: refused('scorers'),
  tracingOptions: harmless('how the answer is traced', 'The server traces by OpenTelemetry.'),
  format: refused('the chunks of the AI SDK', undefined, isNothingOr('mastra')),
}
