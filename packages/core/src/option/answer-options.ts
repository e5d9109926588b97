/** Options of an answer that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_ANSWER_OPTIONS = {
  hideSignals: 'Signet does not have signals. Leave the option out.',
  closeOnSuspend: 'A stream ends where its answer is suspended. Leave the option out.',
  eagerToolExecution: 'Signet runs a tool once its call is whole. Leave the option out.',
  serverless: 'Leave the option out.',
  savePerStep: 'Signet stores question and answer together, or neither. Leave the option out.',
  actor: 'The principal of the request context says who acts. Leave the option out.',
  mcp: 'Signet does not serve MCP. Leave the option out.',
  versions: 'Signet does not have versions of agents. Leave the option out.',
  stopWhen: 'Set maxSteps instead.',
  onStepFinish: 'Read step-finish from fullStream instead.',
  onFinish: 'Await generate, or getFullOutput of the stream.',
  onChunk: 'Read fullStream instead.',
  onError: 'Await getFullOutput of the stream, which throws why the answer failed.',
  onAbort: 'Listen to the abortSignal that you give.',
  errorProcessors: 'Signet does not run processors. Leave the option out.',
  maxProcessorRetries: 'Signet does not run processors. Leave the option out.',
  toolsets: 'Give the tools to the agent instead.',
  scorers: 'Signet does not run scorers. Leave the option out.',
  returnScorerData: 'Signet does not run scorers. Leave the option out.',
  tracingOptions: 'Signet traces by OTEL_EXPORTER_OTLP_ENDPOINT. Leave the option out.',
  isTaskComplete: 'Signet ends with the last step of the model. Leave the option out.',
  autoResumeSuspendedTools:
    'Signet resumes a call only by resumeStream or resumeGenerate. Leave the option out.',
  toolCallConcurrency: 'Signet runs the calls of a step at once. Leave the option out.',
  includeRawChunks: 'Signet does not pass raw chunks on. Leave the option out.',
  onIterationComplete: 'Read step-finish from fullStream instead.',
  delegation: 'Signet does not let an agent call other agents. Leave the option out.',
  disableBackgroundTasks: 'Signet does not run tools in the background. Leave the option out.',
  backgroundTaskPolicy: 'Signet does not run tools in the background. Leave the option out.',
  untilIdle: 'Signet does not run tools in the background. Leave the option out.',
  output: 'Use structuredOutput: { schema } instead.',
  experimental_output: 'Use structuredOutput: { schema } instead.',
  format: 'Leave the option out.',
  threadId: 'Use memory: { thread } instead.',
  resourceId: 'The token says who owns the thread. Use memory: { thread } instead.',
} as const

/** The same, of options that close something: the answer would be given without it. */
export const ANSWER_GUARDS = {
  prepareStep:
    'Signet does not call it, so it could not remove tools. List the tools that may run in activeTools.',
  inputProcessors:
    'Signet does not run processors, so nothing would check the messages. Check them before you call the agent.',
  outputProcessors:
    'Signet does not run processors, so nothing would check the answer. Check it before you pass it on.',
  hooks:
    'Signet does not call hooks, so a hook could not stop a tool. Check the input in the execute of the tool.',
  experimentalTransform:
    'Signet does not transform chunks, so the caller would read all of them. Transform the chunks that you read from fullStream.',
  transform:
    'Signet does not transform the results of tools, so the caller would read all of them. Return from a tool only what the caller may read.',
} as const

/** What Mastra has below `structuredOutput` and Signet does not serve. */
export const UNSUPPORTED_STRUCTURED_OUTPUT = {
  model: 'The agent itself writes the object. Leave the option out.',
  instructions: 'Put them into the descriptions of the schema. Leave the option out.',
  errorStrategy: 'An object that does not fit always fails the answer. Leave the option out.',
  fallbackValue: 'An object that does not fit always fails the answer. Catch the error instead.',
  jsonPromptInjection: 'Leave the option out.',
  logger: 'Give the logger to Mastra instead.',
  providerOptions: 'Put providerOptions beside structuredOutput.',
  useAgent: 'The agent itself writes the object. Leave the option out.',
} as const

/** What Mastra has below `modelSettings` and Signet does not serve. */
export const UNSUPPORTED_MODEL_SETTINGS = {
  maxTokens: 'Write maxOutputTokens.',
  headers: 'Set them at the model: give an AI SDK model.',
  timeout: 'Give an abortSignal to the call.',
  abortSignal: 'Give it to the call, beside modelSettings.',
} as const

/** What Mastra has below `memory` and Signet does not serve. */
export const UNSUPPORTED_MEMORY_REQUEST = {
  onTitleGenerated: 'Signet does not call it. Read the thread for its title.',
} as const

/** The same, of what closes something: the turn would be stored. */
export const MEMORY_REQUEST_GUARDS = {
  readOnly: 'Write memory: { options: { readOnly: true } }.',
} as const

/** What Mastra has below `memory.options` and Signet does not serve. */
export const UNSUPPORTED_RECALL_OPTIONS = {
  semanticRecall: 'Signet finds messages by their words, not by what they mean. Leave it out.',
  observationalMemory: 'Signet does not write observations. Leave it out.',
  workingMemory: 'The memory of the agent says it. Leave it out.',
  generateTitle: 'The memory of the agent says it. Leave it out.',
  messageHistory: 'Set lastMessages instead.',
  threads: 'The memory of the agent says it. Leave it out.',
  retainFullInput: 'Signet does not have it. Leave it out.',
} as const

/** What Mastra has of a client tool and Signet does not serve, and that closes something. */
export const CLIENT_TOOL_GUARDS = {
  requireApproval: 'The client runs the tool: have it ask there, and leave the option out.',
} as const
