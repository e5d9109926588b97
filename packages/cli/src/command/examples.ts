import type { Command } from 'commander'

/** Where the documentation is. */
const DOCS = 'https://github.com/signet-agents/signet/blob/main/docs/'

/** What the help of a command shows below its flags. */
interface Examples {
  /** Each can be pasted into bash, in the folder of an application. */
  readonly commands: readonly string[]
  /** A page of the documentation. */
  readonly page: string
}

/** The key is the words of the command. The program itself has the empty key. */
const EXAMPLES: Readonly<Record<string, Examples>> = {
  '': {
    commands: [
      'npx signet secret --write .env',
      'npx signet dev',
      'npx signet token --sub alice --role member --expires 1h',
    ],
    page: 'README.md',
  },
  dev: {
    commands: ['npx signet dev', 'npx signet dev --port 3000 --message "Weather in London"'],
    page: 'README.md',
  },
  start: {
    commands: ['npx signet start', 'npx signet start --port 8080 --drain 10s'],
    page: 'operations.md',
  },
  proxy: {
    commands: [
      'npx signet proxy -- npx mastra dev',
      'npx signet proxy --upstream http://127.0.0.1:4112',
    ],
    page: 'proxy.md',
  },
  token: {
    commands: [
      'npx signet token --sub alice --role member --expires 1h',
      'npx signet token --sub ci --scope "agents:execute:weather-agent tools:execute:get-weather"',
      'TOKEN=$(npx signet token --sub alice --role viewer)',
    ],
    page: 'permissions.md',
  },
  inspect: {
    commands: [
      'npx signet inspect < token.txt',
      'npx signet token --sub alice --role member | npx signet inspect --json',
      'npx signet inspect --routes < token.txt',
    ],
    page: 'permissions.md',
  },
  doctor: {
    commands: [
      'npx signet doctor',
      'npx signet doctor --json',
      'npx signet doctor --upstream http://127.0.0.1:4112',
    ],
    page: 'operations.md',
  },
  routes: { commands: ['npx signet routes', 'npx signet routes --json'], page: 'permissions.md' },
  audit: {
    commands: [
      'npx signet audit --since 1h',
      'npx signet audit --code token_expired --since 7d --json',
    ],
    page: 'audit.md',
  },
  revoke: {
    commands: ['npx signet revoke --stdin < token.txt', 'npx signet revoke --sub alice'],
    page: 'security.md#revocation',
  },
  backup: { commands: ['npx signet backup backup.db'], page: 'operations.md' },
  restore: { commands: ['npx signet restore backup.db --end-tokens'], page: 'operations.md' },
  keys: { commands: ['npx signet keys list'], page: 'api-keys.md' },
  'keys create': {
    commands: [
      'npx signet keys create --name "nightly report" --scope "agents:execute" --expires 30d',
    ],
    page: 'api-keys.md',
  },
  'keys list': {
    commands: ['npx signet keys list', 'npx signet keys list --json'],
    page: 'api-keys.md',
  },
  'keys revoke': {
    commands: ['npx signet keys revoke 0198f2c4-8a51-7b3e-9d60-2f4c1e7ab905'],
    page: 'api-keys.md',
  },
  secret: {
    commands: ['npx signet secret --write .env', 'npx signet secret'],
    page: 'operations.md',
  },
}

/** Adds examples and a link to the documentation to the help of a command and of its subcommands. */
export function addExamples(command: Command, words: readonly string[] = []): void {
  const examples = EXAMPLES[words.join(' ')]
  if (examples !== undefined) {
    const lines = examples.commands.map((line) => `  ${line}\n`)
    command.addHelpText('after', `\nExamples:\n${lines.join('')}\nDocs: ${DOCS}${examples.page}`)
  }
  for (const below of command.commands) addExamples(below, [...words, below.name()])
}
