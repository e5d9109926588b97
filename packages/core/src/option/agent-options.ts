/** Options of an agent that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_AGENT_OPTIONS = {
  metadata: 'Nothing of Signet reads it. Leave the option out.',
  maxRetries: 'Set modelSettings.maxRetries for each answer instead.',
  workflows:
    'Signet does not offer workflows to a model. Give the agent a tool that runs the workflow: context.mastra.getWorkflow(id).',
  durable: "Write onDisconnect: 'continue' for answers that go on when their reader leaves.",
  mastra: 'List the agent in the option agents of Mastra instead.',
  pubsub: 'Signet does not publish events. Leave the option out.',
  agents: 'Signet does not let an agent call other agents. Write a tool that asks the other agent.',
  scorers: 'Signet does not run scorers. Leave the option out.',
  skills: 'Signet does not load skills. Put their text into the instructions.',
  skillsFormat: 'Signet does not load skills. Leave the option out.',
  browser: 'Signet does not drive a browser. Leave the option out, or write a tool.',
  voice: 'Signet does not speak or listen. Leave the option out.',
  channels: 'Signet does not connect to channels. Leave the option out.',
  workspace: 'Signet does not have workspaces. Leave the option out, or write tools.',
  errorProcessors: 'Signet does not run processors. Leave the option out.',
  maxProcessorRetries: 'Signet does not run processors. Leave the option out.',
  options: 'Leave the option out.',
  rawConfig: 'Leave the option out.',
  editor: 'Signet does not have an editor of agents. Leave the option out.',
  backgroundTasks: 'Signet does not run tools in the background. Leave the option out.',
  notifications: 'Signet does not send notifications. Leave the option out.',
  signals: 'Signet does not have signals. Leave the option out.',
  goal: 'Signet does not judge goals. Put the goal into the instructions.',
} as const

/** The same, of options that close something: the agent would answer without a check that it was given. */
export const AGENT_GUARDS = {
  defaultOptions:
    'Signet does not read them, so an approval or a processor among them would have no effect. Give options to each call of generate and stream. maxSteps is an option of the agent.',
  defaultNetworkOptions:
    'Signet does not run networks of agents, so an approval among them would have no effect. Leave the option out.',
  defaultGenerateOptionsLegacy:
    'Signet does not have the legacy calls, so an approval among them would have no effect. Leave the option out.',
  defaultStreamOptionsLegacy:
    'Signet does not have the legacy calls, so an approval among them would have no effect. Leave the option out.',
  inputProcessors:
    'Signet does not run processors, so the model would read messages that nothing has checked. Check them in a route of your own, and leave the option out.',
  outputProcessors:
    'Signet does not run processors, so the caller would read answers that nothing has checked. Check them in a route of your own, and leave the option out.',
  hooks:
    'Signet does not call hooks, so a hook could not stop a tool. Check the input in the execute of the tool, and leave the option out.',
  requestContextSchema:
    'Signet does not check it. Check requestContext.client in the tools, and leave the option out.',
  transform:
    'Signet does not transform the results of tools, so the caller would read all of them. Return from the tool only what the caller may read, and leave the option out.',
} as const
