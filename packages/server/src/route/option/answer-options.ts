import {
  foreign,
  harmless,
  isNothingOr,
  isOnly,
  refused,
  served,
  type OptionRule,
  type OptionTable,
} from './rule.js'

const NOT_BY_REQUEST =
  'Leave it out: the application sets it where it makes the memory of the agent.'
const READ_CHUNKS = 'A function cannot be sent: read the chunks of the stream.'
const NO_SUSPENSION = 'A stream ends where its answer is suspended.'
const NO_BACKGROUND = 'No tool runs in the background here.'
const OWN_TRACES = 'The server traces by OpenTelemetry, as its operator sets it up.'

const owner = harmless('an owner', 'The token says who the owner is.')

/** A setting of the model that older clients write at the top. */
function oldSetting(name: string): OptionRule {
  return refused(`a setting of the model at the top`, `Write modelSettings.${name}.`)
}

const THREAD: OptionTable = {
  id: served('the id of the thread'),
  title: served('the title of a thread that is made'),
  metadata: served('the metadata of a thread that is made'),
  resourceId: owner,
  createdAt: harmless('a time', 'The server notes when a thread is made.'),
  updatedAt: harmless('a time', 'The server notes when a thread is changed.'),
}

/** How an agent remembers, for one answer. What the application switched on cannot be switched off. */
const MEMORY_OPTIONS: OptionTable = {
  lastMessages: served('how many messages the model is shown'),
  readOnly: served('that nothing is stored'),
  semanticRecall: refused('semantic recall'),
  observationalMemory: refused('observational memory'),
  workingMemory: refused('settings of the working memory in a request', NOT_BY_REQUEST, isOnly()),
  generateTitle: refused('settings of titles in a request', NOT_BY_REQUEST, isOnly()),
  threads: refused('settings of titles in a request', NOT_BY_REQUEST),
  messageHistory: refused('a history that is bounded in tokens', 'Write lastMessages.'),
  filterIncompleteToolCalls: refused(
    'calls without a result in the history',
    'Leave it out: they are not shown to the model.',
    isOnly(true),
  ),
  retainFullInput: refused('a question that is stored with its context'),
}

const MEMORY: OptionTable = {
  thread: served('the thread to remember and to store in', { members: THREAD }),
  resource: owner,
  readOnly: served('that nothing is stored'),
  options: served('how the agent remembers', { members: MEMORY_OPTIONS }),
  onTitleGenerated: refused('callbacks', READ_CHUNKS),
}

const MODEL_SETTINGS: OptionTable = {
  maxOutputTokens: served('the most tokens of an answer'),
  temperature: served('the temperature'),
  topP: served('the part of the likeliest tokens'),
  topK: served('the number of the likeliest tokens'),
  presencePenalty: served('a penalty'),
  frequencyPenalty: served('a penalty'),
  stopSequences: served('texts that end an answer'),
  seed: served('the seed'),
  maxRetries: served('how often a call of the model is tried again'),
  maxTokens: refused('maxTokens', 'Write maxOutputTokens.'),
  reasoning: refused('a level of reasoning', 'Write it into providerOptions.'),
  headers: refused('headers for the provider of the model'),
  timeout: refused(
    'a deadline in a request',
    'Leave it out: the deadline is server.timeout. End the request where it takes too long.',
  ),
  abortSignal: harmless('a signal', 'It ends the request at the client.'),
}

const CLIENT_TOOL: OptionTable = {
  description: served('what the tool does'),
  inputSchema: served('the input of the tool'),
  id: harmless('an id', 'The name of the tool is the name of its member.'),
  title: harmless('a title', 'It is for people.'),
  outputSchema: harmless('a schema of the result', 'The tool runs at the client, which has it.'),
  strict: harmless('a hint for the model', 'The client checks what its tool is called with.'),
  inputExamples: harmless(
    'a hint for the model',
    'The client checks what its tool is called with.',
  ),
  type: refused('tools of a provider', undefined, isOnly('function', 'dynamic')),
  args: refused('tools of a provider'),
  parameters: refused('parameters', 'Write inputSchema.'),
  requireApproval: refused('approvals of tools', 'Have the client ask before it runs its tool.'),
  needsApproval: refused('approvals of tools', 'Have the client ask before it runs its tool.'),
  suspendSchema: refused('tools of the client that are suspended'),
  resumeSchema: refused('tools of the client that are suspended'),
  background: refused('tools in the background'),
  requestContextSchema: refused('a schema of the request context', 'Check it at the client.'),
  providerOptions: refused('options of a provider for one tool'),
  mcp: harmless('a note on the tool', 'It is for people.'),
}

const STRUCTURED_OUTPUT: OptionTable = {
  schema: served('the shape of the object'),
  model: refused('a second model for the object', 'Leave it out: the model of the agent makes it.'),
  instructions: refused('instructions for a second model', 'Write them into the messages.'),
  useAgent: refused('a second agent for the object'),
  jsonPromptInjection: refused('a schema in the prompt', undefined, isNothingOr('auto')),
  errorStrategy: refused(
    'answers without the object that was asked for',
    'Leave it out: an answer that does not fit the schema is answer_failed.',
    isNothingOr('strict'),
  ),
  fallbackValue: refused('a value in place of the object', 'Catch answer_failed at the client.'),
  providerOptions: refused('options for a second model'),
  logger: harmless('a logger', 'The server has its own.'),
}

const SEND_MESSAGES =
  'Send messages: a text, or a list such as [{ "role": "user", "content": "…" }].'
const OTHER = 'another framework'
const GEMINI = 'Google’s Gemini API'
const USE_CHAT = 'useChat of the AI SDK'
const PREPARE = 'Send messages alone, by prepareSendMessagesRequest. A chat is memory.thread here.'
const OPENAI = 'OpenAI’s API'

/** What other frameworks call the question, and what belongs to it. */
const FOREIGN: OptionTable = {
  message: foreign(OTHER, SEND_MESSAGES),
  prompt: foreign(OTHER, SEND_MESSAGES),
  question: foreign(OTHER, SEND_MESSAGES),
  query: foreign(OTHER, SEND_MESSAGES),
  text: foreign(OTHER, SEND_MESSAGES),
  content: foreign(OTHER, SEND_MESSAGES),
  inputs: foreign(OTHER, SEND_MESSAGES),
  history: foreign(OTHER, SEND_MESSAGES),
  role: foreign('a single message', SEND_MESSAGES),
  parts: foreign('a single message', SEND_MESSAGES),
  id: foreign(USE_CHAT, PREPARE),
  trigger: foreign(USE_CHAT, PREPARE),
  messageId: foreign(USE_CHAT, PREPARE),
  contents: foreign(GEMINI, SEND_MESSAGES),
  systemInstruction: foreign(GEMINI, 'Send system, with a token that has agents:write.'),
  generationConfig: foreign(GEMINI, 'Send modelSettings.'),
  input: foreign('OpenAI’s Responses API', SEND_MESSAGES),
  stream: foreign(OPENAI, 'Ask the route stream or generate of the agent.'),
  max_tokens: foreign(OPENAI, 'Send modelSettings.maxOutputTokens.'),
  max_output_tokens: foreign(OPENAI, 'Send modelSettings.maxOutputTokens.'),
  top_p: foreign(OPENAI, 'Send modelSettings.topP.'),
  tool_choice: foreign(OPENAI, 'Send toolChoice.'),
  response_format: foreign(OPENAI, 'Send structuredOutput: { schema }.'),
  tools: foreign(OPENAI, 'The agent has its own tools. Send tools of the client as clientTools.'),
}

/** What the body of `generate` and `stream` may be made of. */
export const ANSWER_OPTIONS: OptionTable = {
  ...FOREIGN,
  messages: served('the question'),
  context: served('messages before the question'),
  instructions: served('other instructions'),
  system: served('more instructions'),
  model: served('another model'),
  providerOptions: served('options for the provider of the model'),
  memory: served('the memory', { members: MEMORY }),
  maxSteps: served('the most calls of the model'),
  modelSettings: served('how the model is called', { members: MODEL_SETTINGS }),
  toolChoice: served('which tool is to be called', {
    members: { type: served('that it is a tool'), toolName: served('its name') },
  }),
  activeTools: served('the tools in use'),
  clientTools: served('tools of the client', { each: CLIENT_TOOL }),
  structuredOutput: served('an object as the answer', { members: STRUCTURED_OUTPUT }),
  requestContext: served('what the client says to tools'),
  runId: served('the id of the run'),
  onDisconnect: served('whether the answer goes on when the client leaves'),
  requireToolApproval: served('that the caller approves each call of a tool'),

  resourceId: owner,
  threadId: harmless('a thread at the top', 'Mastra ignores it here, too.'),
  tracingOptions: harmless('how the answer is traced', OWN_TRACES),
  tracingContext: harmless('how the answer is traced', OWN_TRACES),
  tracing: harmless('how the answer is traced', OWN_TRACES),
  telemetry: harmless('how the answer is traced', OWN_TRACES),
  loggerVNext: harmless('a logger', 'The server has its own.'),
  metrics: harmless('what is counted', 'The server counts as its operator sets it up.'),
  abortSignal: harmless('a signal', 'It ends the request at the client.'),
  clientToolsResolver: harmless('a function', 'The client calls it.'),
  serverless: harmless('a function', 'It is for servers that end with the answer.'),
  closeOnSuspend: harmless('when a suspended stream ends', NO_SUSPENSION),
  hideSignals: harmless('which signals are shown', 'There are no signals here.'),
  eagerToolExecution: harmless('how soon tools run', 'The same tools run with the same input.'),
  disableBackgroundTasks: harmless('a limit of background tasks', NO_BACKGROUND),
  backgroundTaskPolicy: harmless('a limit of background tasks', NO_BACKGROUND),
  _skipBgTaskWait: harmless('a limit of background tasks', NO_BACKGROUND),

  autoResumeSuspendedTools: refused(
    'suspended calls that the next message resumes',
    'Leave it out, and call /agents/:agentId/resume-stream.',
  ),
  toolsets: refused('tool sets', 'They hold code and cannot be sent: write clientTools.'),
  toolCallConcurrency: refused('a limit of tools that run at once'),
  hooks: refused('hooks around tools', READ_CHUNKS),
  stopWhen: refused('conditions to stop', 'Write maxSteps.'),
  prepareStep: refused('changes between steps'),
  isTaskComplete: refused('checks whether a task is complete'),
  onIterationComplete: refused('callbacks', READ_CHUNKS),
  onStepFinish: refused('callbacks', READ_CHUNKS),
  onFinish: refused('callbacks', READ_CHUNKS),
  onChunk: refused('callbacks', READ_CHUNKS),
  onError: refused('callbacks', READ_CHUNKS),
  onAbort: refused('callbacks', READ_CHUNKS),
  inputProcessors: refused('processors', 'Check the messages before they are sent.'),
  outputProcessors: refused('processors', 'Check the answer before it is shown.'),
  errorProcessors: refused('processors'),
  maxProcessorRetries: refused('processors', undefined, isOnly(0)),
  scorers: refused('scorers'),
  returnScorerData: refused('scorers'),
  delegation: refused('agents that ask other agents'),
  routing: refused('agent networks'),
  completion: refused('agent networks'),
  untilIdle: refused('streams that wait for background tasks'),
  savePerStep: refused(
    'answers that are stored step by step',
    'Leave it out: question and answer are stored together.',
  ),
  versions: refused('versions of agents'),
  actor: refused('an actor that a request names', 'The token says who acts.'),
  mcp: refused('the context of an MCP call'),
  includeRawChunks: refused('the chunks of the provider'),
  transform: refused('changes of the stream', 'Change it at the client.'),
  experimentalTransform: refused('changes of the stream', 'Change it at the client.'),
  output: refused('output', 'Write structuredOutput: { schema }.'),
  experimental_output: refused('experimental_output', 'Write structuredOutput: { schema }.'),
  format: refused('the chunks of the AI SDK', undefined, isNothingOr('mastra')),
  memoryOptions: refused('memoryOptions', 'Write memory: { options }.'),
  runtimeContext: refused('runtimeContext', 'Write requestContext.'),
  temperature: oldSetting('temperature'),
  maxTokens: oldSetting('maxOutputTokens'),
  maxOutputTokens: oldSetting('maxOutputTokens'),
  topP: oldSetting('topP'),
  topK: oldSetting('topK'),
  presencePenalty: oldSetting('presencePenalty'),
  frequencyPenalty: oldSetting('frequencyPenalty'),
  stopSequences: oldSetting('stopSequences'),
  seed: oldSetting('seed'),
  maxRetries: oldSetting('maxRetries'),
  headers: refused('headers for the provider of the model'),
}
