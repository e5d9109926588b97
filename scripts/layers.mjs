// The floors of the house, lowest first. A file imports from its own room and from rooms on lower floors. A room is a
// folder, or a file at the root of `src`; a folder below another one is a room of its own where it is listed here.
// Tests, and what packages export (`index.ts`, `internal.ts`), may import from every room.

/** The packages: each may import only from packages on lower floors. */
export const PACKAGES = [['auth', 'client-js'], ['core', 'studio'], ['store'], ['server'], ['cli']]

/** The rooms of each package. */
export const ROOMS = {
  auth: [
    ['claim', 'error.ts', 'lib'],
    ['access', 'jws', 'option'],
    ['bearer', 'keys', 'revocation'],
    ['advice'],
    ['explain'],
    ['jwt'],
    ['provider'],
    ['api-key'],
  ],
  'client-js': [
    [
      'abort.ts',
      'chunk.ts',
      'error.ts',
      'message.ts',
      'request-context.ts',
      'schema.ts',
      'system.ts',
    ],
    ['client-tool.ts', 'path.ts', 'retry.ts', 'stream.ts', 'token.ts'],
    ['refusal.ts'],
    ['request.ts'],
    ['event-stream.ts', 'thread.ts', 'tool.ts'],
    ['answer.ts', 'memory.ts'],
    ['agent.ts'],
    ['client.ts'],
    ['react'],
  ],
  core: [
    ['audit', 'error.ts', 'log', 'mastra-type.ts', 'option', 'request-context.ts'],
    ['bounds.ts', 'fault'],
    ['issue.ts', 'rehearsal'],
    ['message', 'schema'],
    ['model', 'tool'],
    ['loop'],
    ['memory'],
    ['answer'],
    ['agent'],
    ['server'],
    ['mastra.ts'],
  ],
  store: [
    ['error.ts', 'schema.ts', 'store.ts'],
    ['database/driver'],
    ['database', 'database/migration'],
    ['audit', 'inspect', 'memory', 'revocation.ts'],
    ['api-key.ts'],
    ['probed-store.ts'],
    ['open.ts'],
    ['backup'],
  ],
  server: [],
  cli: [
    ['failure.ts', 'terminal'],
    ['exit.ts', 'flag', 'import', 'project'],
    ['serve'],
    ['project/bundle'],
    ['fault', 'inspect'],
    ['doctor'],
    ['command'],
    ['program.ts'],
    ['main.ts'],
  ],
  studio: [
    ['assets.ts', 'text'],
    ['session'],
    ['api'],
    ['ui'],
    [
      'feature/agents/chat/markdown',
      'feature/agents/thread',
      'feature/audit',
      'feature/lock',
      'scope',
    ],
    [
      'feature/access',
      'feature/agents/chat',
      'feature/keys',
      'feature/settings',
      'feature/tokens/token',
    ],
    ['feature/agents', 'feature/tokens/inspect', 'feature/tokens/make'],
    ['feature/tokens'],
    ['app'],
    ['main.tsx'],
  ],
}
