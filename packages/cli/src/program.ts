import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { runAudit, type AuditOptions } from './command/audit.js'
import { runBackup, type BackupFlags } from './command/backup.js'
import { runDev, type DevOptions } from './command/dev.js'
import { runDoctor, type DoctorOptions } from './command/doctor.js'
import { runInspect, type InspectOptions } from './command/inspect.js'
import {
  runKeysCreate,
  runKeysList,
  runKeysRevoke,
  type KeyCreateOptions,
  type KeyListOptions,
} from './command/keys.js'
import { runRestore, type RestoreFlags } from './command/restore.js'
import { runRevoke, type RevokeOptions } from './command/revoke.js'
import { runRoutes, type RoutesOptions } from './command/routes.js'
import { runSecret, type SecretOptions } from './command/secret.js'
import { runStart, type StartOptions } from './command/start.js'
import { runToken, type TokenOptions } from './command/token.js'
import { addExamples } from './command/examples.js'
import type { Io } from './terminal/io.js'
import { printableLines } from './terminal/printable.js'
import { VERSION } from '@signet/server'

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

interface DirectoryOption {
  readonly dir: string
}

/** The commands and their flags. */
export function createProgram(io: Io): Command {
  const program = new Command('signet')
    .description('AI agents behind signed tokens: the token is the whole policy.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('Run the command with --help to see its flags.')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(printableLines(text)),
      writeErr: (text) => void io.stderr.write(printableLines(text)),
    })

  const directory = ({ dir }: DirectoryOption) => resolve(io.directory, dir)

  program
    .command('dev')
    .description(
      'Serve the application on this machine, reload it on save, and print a token for 8 hours',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--port <number>', 'port to listen on; 0 takes a free one (default: PORT, then 4111)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)')
    .option('--message <text>', 'what the printed cURL line asks', 'Hello')
    .action((options: DevOptions & DirectoryOption) => runDev(directory(options), options, io))

  program
    .command('start')
    .description('Serve the application in production: strict, nothing watched, no token printed')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--port <number>', 'port to listen on (default: PORT, then 4111)')
    .option('--host <address>', 'address to listen on (default: server.host, then all addresses)')
    .option(
      '--drain <duration>',
      'on shutdown, keep serving this long after /ready turns 503 (0: not at all)',
      '2s',
    )
    .option(
      '--keep-alive <duration>',
      'keep an idle connection open this long; set it longer than your proxy does (default: SIGNET_KEEP_ALIVE, then 65s)',
    )
    .action((options: StartOptions & DirectoryOption) => runStart(directory(options), options))

  program
    .command('token')
    .description('Sign a token with MASTRA_JWT_SECRET and print it')
    .requiredOption('--sub <subject>', 'subject (sub): who the token is for')
    .option(
      '--scope <permissions>',
      'what it grants, such as "agents:execute"; repeatable',
      collect,
    )
    .option('--role <role>', 'owner, admin, member, viewer or your own; repeatable', collect)
    .option('--aud <audience>', 'audience (aud): which server it is for; repeatable', collect)
    .option('--iss <issuer>', 'issuer (iss)')
    .option('--expires <duration>', 'how long it lasts, such as 15m, 8h, 7d', '8h')
    .option('--alg <algorithm>', 'HS256, HS384 or HS512 (default: HS256)')
    .option('--dir <folder>', 'folder whose .env holds the secret', '.')
    .option('--claim <name=value>', 'any other claim; the value may be JSON; repeatable', collect)
    .action((options: TokenOptions & DirectoryOption) => runToken(directory(options), options, io))

  program
    .command('inspect')
    .description('Explain what a token says, and whether this application accepts it, step by step')
    .argument('[token]', 'the token; without it, or with -, it is read from standard input')
    .option('--dir <folder>', 'folder of the application', '.')
    .option(
      '--secret-env <name>',
      'verify with the secret in this variable instead of the application',
    )
    .option('--json', 'as JSON')
    .action((token: string | undefined, options: InspectOptions & DirectoryOption) =>
      runInspect(token, directory(options), options, io),
    )

  program
    .command('doctor')
    .description('Check the application against production rules, and say how to fix what is found')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((options: DoctorOptions & DirectoryOption) =>
      runDoctor(directory(options), options, io),
    )

  program
    .command('routes')
    .description('List every route of the application, what it needs, and which roles may call it')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((options: RoutesOptions & DirectoryOption) =>
      runRoutes(directory(options), options, io),
    )

  program
    .command('audit')
    .description(
      'Show who was allowed or refused what, newest first: a table, or JSON lines in a pipe',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--since <time>', 'only records since then: 90m or 7d ago, or a time in ISO 8601')
    .option('--until <time>', 'only records until then, in the same form')
    .option('--sub <subject>', 'only records of this subject')
    .option('--code <code>', 'only records with this error code')
    .option('--request <id>', 'only the request with this id (X-Request-Id)')
    .option('--json', 'JSON lines, on a terminal too')
    .action((options: AuditOptions & DirectoryOption) => runAudit(directory(options), options, io))

  program
    .command('revoke')
    .description('Revoke tokens before they expire; running servers refuse them within a second')
    .option('--stdin', 'read the token or API key to revoke from standard input')
    .addOption(new Option('--token <->').hideHelp())
    .option('--jti <id>', 'the token with this id (jti)')
    .option('--sub <subject>', 'every token issued to this subject until now')
    .option('--sid <session>', 'every token of this session (sid)')
    .option('--all', 'every token of every issuer, and every API key, issued until now')
    .option(
      '--iss <issuer>',
      'issuer of what --jti, --sub or --sid names (default: tokens without iss)',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .action((options: RevokeOptions & DirectoryOption) =>
      runRevoke(directory(options), options, io),
    )

  program
    .command('backup')
    .description('Write a checked copy of signet.db to a new file, while the server runs')
    .argument('<file>', 'the backup; the file must not exist yet')
    .option('--force', 'replace the file if it exists')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((file: string, options: BackupFlags & DirectoryOption) =>
      runBackup(file, directory(options), options, io),
    )

  program
    .command('restore')
    .description('Check a backup and put it in place of signet.db, which is moved aside')
    .argument('<file>', 'the backup; stop every server first')
    .option('--end-tokens', 'revoke every token and API key issued until now')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((file: string, options: RestoreFlags & DirectoryOption) =>
      runRestore(file, directory(options), options, io),
    )

  const keys = program.command('keys').description('Create, list and revoke API keys for programs')

  keys
    .command('create')
    .description('Create an API key and print it once, on standard output')
    .requiredOption('--name <name>', 'name of the key')
    .requiredOption(
      '--scope <permissions>',
      'what it may do, such as "agents:execute memory:*"; repeatable',
      collect,
    )
    .option('--expires <duration>', 'how long it lasts, such as 30d, or never', '90d')
    .option('--dir <folder>', 'folder of the application', '.')
    .action((options: KeyCreateOptions & DirectoryOption) =>
      runKeysCreate(directory(options), options, io),
    )

  keys
    .command('list')
    .description('List the API keys, newest first; never the keys themselves')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((options: KeyListOptions & DirectoryOption) =>
      runKeysList(directory(options), options, io),
    )

  keys
    .command('revoke')
    .description('Revoke an API key for good; running servers refuse it within a second')
    .argument('<id>', 'id of the key, as signet keys list shows it')
    .option('--dir <folder>', 'folder of the application', '.')
    .action((id: string, options: DirectoryOption) => runKeysRevoke(id, directory(options), io))

  program
    .command('secret')
    .description('Create a random secret for MASTRA_JWT_SECRET: print it, or write it to a file')
    .option('--write <file>', 'write it to this file, such as .env, for your eyes only (mode 600)')
    .option('--force', 'with --write: replace the secret that the file has')
    .action((options: SecretOptions) => runSecret(options, io))

  addExamples(program)
  return program
}
