/** Options of a tool that Mastra has and Signet does not serve, and that close nothing. */
export const UNSUPPORTED_TOOL_OPTIONS = {
  title: 'Nothing of Signet shows it. Leave the option out.',
  mcp: 'Signet does not serve tools by MCP. Leave the option out.',
  mcpMetadata: 'Signet does not serve tools by MCP. Leave the option out.',
  mastra: 'Read context.mastra in execute instead.',
  strict: 'Signet does not pass it to the model. Leave the option out.',
  providerOptions: 'Signet does not pass them to the model. Leave the option out.',
  inputExamples: 'Signet does not pass them to the model. Put them into the description.',
  onInputStart: 'Signet does not call it. Leave the option out.',
  onInputDelta: 'Signet does not call it. Leave the option out.',
  onInputAvailable: 'Signet does not call it. Use the input in execute.',
  onOutput: 'Signet does not call it. Use the result in execute.',
  background: 'Signet does not run tools in the background. Leave the option out.',
} as const

/** The same, of options that close something: the tool would run, or be told of, without it. */
export const TOOL_GUARDS = {
  requestContextSchema:
    'Signet does not check it. Check requestContext.client in execute, and leave the option out.',
  toModelOutput:
    'Signet does not call it, so the model would read the whole result. Return from execute only what the model may read.',
  transform:
    'Signet does not call it, so the caller would read the whole result. Return from execute only what the caller may read.',
} as const
