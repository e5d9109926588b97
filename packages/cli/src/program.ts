import { resolve } from 'node:path'
import { Command } from 'commander'
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
import { runSecret } from './command/secret.js'
import { runStart, type StartOptions } from './command/start.js'
import { runToken, type TokenOptions } from './command/token.js'
import type { Io } from './io.js'
import { printableLines } from './printable.js'
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
    .description('Serve the application here, reload it on save, and print a token for 8 hours')
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
      'once it is to end: how long /ready says no while requests are still taken; 0 for none',
      '2s',
    )
    .option(
      '--keep-alive <duration>',
      'how long a connection waits for its next request; longer than the proxy before the server keeps it (default: SIGNET_KEEP_ALIVE, then 65s)',
    )
    .action((options: StartOptions & DirectoryOption) => runStart(directory(options), options))

  program
    .command('token')
    .description('Sign a token with MASTRA_JWT_SECRET and print it')
    .requiredOption('--sub <subject>', 'who the token is for')
    .option(
      '--scope <permissions>',
      'what it grants, such as "agents:execute"; repeatable',
      collect,
    )
    .option('--role <role>', 'owner, admin, member, viewer or your own; repeatable', collect)
    .option('--aud <audience>', 'which server it is for; repeatable', collect)
    .option('--iss <issuer>', 'who vouches for it')
    .option('--expires <duration>', 'how long it lasts, such as 15m, 8h, 7d', '8h')
    .option('--alg <algorithm>', 'HS256, HS384 or HS512 (default: HS256)')
    .option('--dir <folder>', 'folder whose .env holds the secret', '.')
    .option('--claim <name=value>', 'any other claim; the value may be JSON; repeatable', collect)
    .action((options: TokenOptions & DirectoryOption) => runToken(directory(options), options, io))

  program
    .command('inspect')
    .description('Tell what a token says, and what the application here says of it, step by step')
    .argument('[token]', 'the token; from standard input where it is left out, or -')
    .option('--dir <folder>', 'folder of the application that is asked', '.')
    .option('--secret-env <name>', 'ask the secret in this variable, not the application')
    .option('--json', 'as JSON')
    .action((token: string | undefined, options: InspectOptions & DirectoryOption) =>
      runInspect(token, directory(options), options, io),
    )

  program
    .command('doctor')
    .description('Name what is weak in the application as production would have it, and the remedy')
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
    .description('Print what was decided about requests as JSON lines, the newest first')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--since <time>', 'how long ago at most, such as 90m or 7d, or a time in ISO 8601')
    .option('--until <time>', 'how long ago at least, or a time in ISO 8601')
    .option('--sub <subject>', 'only of this subject')
    .option('--code <code>', 'only what was refused or failed with this code')
    .option('--request <id>', 'only the request of this id, as its caller was told')
    .option('--json', 'as JSON lines, as without it')
    .action((options: AuditOptions & DirectoryOption) => runAudit(directory(options), options, io))

  program
    .command('revoke')
    .description('Withdraw tokens before they end; running servers obey within a second')
    .option('--token <->', 'the token, or API key, that is piped in; only -')
    .option('--jti <id>', 'the token of this id')
    .option('--sub <subject>', 'every token that this subject was given until now')
    .option('--sid <session>', 'every token of this session')
    .option('--all', 'every token of every issuer, and every API key, given until now')
    .option(
      '--iss <issuer>',
      'whose tokens --jti, --sub and --sid name (default: those without iss)',
    )
    .option('--dir <folder>', 'folder of the application whose store is meant', '.')
    .action((options: RevokeOptions & DirectoryOption) =>
      runRevoke(directory(options), options, io),
    )

  program
    .command('backup')
    .description('Write what signet.db holds into a new file, while the server runs; check it')
    .argument('<file>', 'the backup; it must not be there yet')
    .option('--force', 'replace the file if it is there')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((file: string, options: BackupFlags & DirectoryOption) =>
      runBackup(file, directory(options), options, io),
    )

  program
    .command('restore')
    .description('Check a backup and put it in the place of signet.db, which is kept aside')
    .argument('<file>', 'the backup; stop every server first')
    .option('--end-tokens', 'end every token and API key that was given until now')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((file: string, options: RestoreFlags & DirectoryOption) =>
      runRestore(file, directory(options), options, io),
    )

  const keys = program
    .command('keys')
    .description(
      'API keys for machines: make, list and revoke them in the store of the application',
    )

  keys
    .command('create')
    .description('Make an API key and print it, this once, on standard output')
    .requiredOption('--name <name>', 'what it is called')
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
    .description('List the API keys, the newest first; never the keys themselves')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'as JSON')
    .action((options: KeyListOptions & DirectoryOption) =>
      runKeysList(directory(options), options, io),
    )

  keys
    .command('revoke')
    .description('Revoke an API key for good; running servers obey within a second')
    .argument('<id>', 'its id, as signet keys list shows it')
    .option('--dir <folder>', 'folder of the application', '.')
    .action((id: string, options: DirectoryOption) => runKeysRevoke(id, directory(options), io))

  program
    .command('secret')
    .description('Print a fresh random secret for MASTRA_JWT_SECRET')
    .action(() => runSecret(io))

  return program
}
