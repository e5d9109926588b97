/** What to do about a part of `@mastra/core` that Signet does not have, by its subpath. */
export const ABSENT_SUBPATHS: Readonly<Record<string, string>> = {
  a2a: 'Signet does not speak A2A.',
  'agent-builder': 'Signet does not build agents.',
  'agent-controller': 'Signet does not have agent controllers.',
  'background-tasks': 'Signet does not run tools in the background.',
  browser: 'Signet does not drive a browser.',
  bundler: 'signet dev and signet start bundle by themselves.',
  channels: 'Signet does not connect to channels.',
  classifier: 'Signet does not run classifiers.',
  datasets: 'Signet does not have datasets.',
  deployer: 'Serve the application by signet start.',
  editor: 'Signet does not have an editor of agents.',
  evals: 'Signet does not run scorers.',
  events: 'Signet does not publish events.',
  harness: 'Signet does not have harnesses.',
  hooks: 'Signet does not call hooks.',
  llm: 'Give an agent its model: an AI SDK model, provider/model, or { url, id, apiKey }.',
  logger: 'Give Mastra any object with debug, info, warn and error as its logger.',
  loop: 'Signet does not export the loop of an agent.',
  mcp: 'Signet does not serve MCP.',
  network: 'Signet does not run networks of agents.',
  notifications: 'Signet does not send notifications.',
  observability: 'Signet sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says.',
  processors: 'Signet does not run processors.',
  relevance: 'Signet does not rank by relevance.',
  schedules: 'Signet does not run schedules.',
  scores: 'Signet does not run scorers.',
  signals: 'Signet does not have signals.',
  skills: 'Signet does not load skills. Put their text into the instructions.',
  stream: 'Read the chunks of fullStream; their types are in @signet/core.',
  telemetry: 'Signet sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says.',
  tts: 'Signet does not turn text into speech.',
  vector: 'Signet does not have vectors.',
  voice: 'Signet does not process speech.',
  workspace: 'Signet does not have workspaces.',
}

/** What to do about a package that is made for `@mastra/core`, by its name. */
export const ABSENT_PACKAGES: Readonly<Record<string, string>> = {
  '@mastra/ai-sdk': 'Signet does not have its streams. Read server-sent events from /stream.',
  '@mastra/core':
    'It is not installed. Install @signet/core, and import from it; subpaths have the same names.',
  '@mastra/duckdb':
    'Leave storage out: the command opens signet.db, or the database of DATABASE_URL.',
  '@mastra/evals': 'Signet does not run scorers.',
  '@mastra/fastembed': 'Signet does not have vectors.',
  '@mastra/libsql':
    'Leave storage out: the command opens signet.db, or the database of DATABASE_URL.',
  '@mastra/loggers':
    'Leave logger out: signet start logs JSON lines, signet dev logs lines for people.',
  '@mastra/mcp': 'Signet does not serve MCP, and does not call it.',
  '@mastra/memory': 'Import Memory from @signet/core/memory.',
  '@mastra/observability': 'Signet sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says.',
  '@mastra/pg': 'Leave storage out, and set DATABASE_URL.',
  '@mastra/rag': 'Signet does not have vectors.',
}

/**
 * Packages of the scope
 * @mastra that work without the runtime of Mastra.
 */
export const INDEPENDENT_PACKAGES: RegExp =
  /^@mastra\/(?:auth|auth-[^/]+|client-js|react|schema-compat)$/
