/** Options of an application that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_MASTRA_OPTIONS = {
  vectors: 'Signet does not have vectors. Leave the option out.',
  loggerOptions: 'Configure the logger that you give as logger.',
  agentControllers: 'Signet does not have agent controllers. Leave the option out.',
  harnesses: 'Signet does not have harnesses. Leave the option out.',
  tts: 'Signet does not speak. Leave the option out.',
  observability:
    'Signet sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says, and has an audit. Leave the option out.',
  idGenerator: 'Signet makes random UUIDs. Leave the option out.',
  deployer: 'Serve the application by signet start. Leave the option out.',
  studio: 'Set server.studio instead. The Studio obeys the same token as every client.',
  mcpServers: 'Signet does not serve MCP. Leave the option out.',
  bundler: 'signet dev and signet start bundle without options. Leave the option out.',
  pubsub: 'Signet does not publish events. Leave the option out.',
  cache: 'Signet does not have such a cache. Leave the option out.',
  scorers: 'Signet does not run scorers. Leave the option out.',
  classifiers: 'Signet does not run classifiers. Leave the option out.',
  memory: 'Give each agent its memory: new Agent({ memory: new Memory() }).',
  workspace: 'Signet does not have workspaces. Leave the option out.',
  gateways: 'Give each agent its model: an AI SDK model, or { url, id, apiKey }.',
  events: 'Signet does not publish events. Leave the option out.',
  editor: 'Signet does not have an editor of agents. Leave the option out.',
  versions: 'Signet does not have versions of agents. Leave the option out.',
  backgroundTasks: 'Signet does not run tools in the background. Leave the option out.',
  scheduler: 'The server looks for schedules by itself. Leave the option out.',
  schedules: 'Signet does not have hooks of schedules. Leave the option out.',
  notifications: 'Signet does not send notifications. Leave the option out.',
  channels: 'Signet does not connect to channels. Leave the option out.',
  environment: 'Nothing of Signet reads it. Leave the option out.',
  workers: 'Signet does not have workers. Leave the option out.',
  recovery: 'Signet does not resume what was interrupted. Leave the option out.',
  durableAgents: 'Signet does not resume what was interrupted. Leave the option out.',
  telemetry: 'Signet sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says. Leave the option out.',
} as const

/** The same, of options that close something. */
export const MASTRA_GUARDS = {
  processors: 'Signet does not run processors, so nothing would be checked. Leave the option out.',
  transform:
    'Signet does not transform the results of tools, so the caller would read all of them. Return from a tool only what the caller may read, and leave the option out.',
} as const
