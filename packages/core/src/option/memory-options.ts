/** Options of a memory that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_MEMORY_CONFIG = {
  storage: 'An application has one storage, that of Mastra. Leave the option out.',
  vector: 'Signet finds messages by their words, not by what they mean. Leave the option out.',
  embedder: 'Signet finds messages by their words, not by what they mean. Leave the option out.',
  embedderOptions: 'Signet does not embed messages. Leave the option out.',
} as const

/** The same, of options that close something. */
export const MEMORY_CONFIG_GUARDS = {
  processors:
    'Signet does not run processors, so nothing would be removed from stored messages. Leave the option out.',
} as const

/** What Mastra has below `options` and Signet does not serve, and that closes nothing. */
export const UNSUPPORTED_MEMORY_OPTIONS = {
  semanticRecall:
    'Signet finds messages by their words, not by what they mean. Leave the option out.',
  messageHistory: 'Set lastMessages instead.',
  observationalMemory: 'Signet does not write observations. Leave the option out.',
  retainFullInput: 'Signet does not have it. Leave the option out.',
  threads: 'Put generateTitle beside lastMessages instead.',
} as const

/** The same, of options that close something. */
export const MEMORY_OPTION_GUARDS = {
  readOnly:
    'Signet would store the questions. Send memory.options.readOnly with each request instead.',
} as const

/** What Mastra has below `options.workingMemory` and Signet does not serve. */
export const UNSUPPORTED_WORKING_MEMORY = {
  schema: 'A working memory is Markdown here. Write a template instead.',
  version: 'There is one version here. Leave the option out.',
  useStateSignals: 'Signet does not have signals. Leave the option out.',
  use: 'The agent always calls a tool for it. Leave the option out.',
} as const

/** What Mastra has below `options.generateTitle` and Signet does not serve. */
export const UNSUPPORTED_TITLE_OPTIONS = {
  minMessages: 'A thread gets its title with the first answer. Leave the option out.',
  emitEvent: 'Signet does not send events of titles. Leave the option out.',
} as const
