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
import type { ProxyFlags } from './command/proxy.js'
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
    .showHelpAfterError('To see the commands and flags, add --help.')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(printableLines(text)),
      writeErr: (text) => void io.stderr.write(printableLines(text)),
    })

  const directory = ({ dir }: DirectoryOption) => resolve(io.directory, dir)

  program
    .command('dev')
    .description(
      'Serve the application on this machine, reload it on each save, and print a token that is valid for 8 hours',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--port <number>', 'port to listen on; 0 selects a free one (default: PORT, then 4111)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)')
    .option('--message <text>', 'message in the printed cURL command', 'Hello')
    .action((options: DevOptions & DirectoryOption) => runDev(directory(options), options, io))

  program
    .command('start')
    .description(
      'Serve the application in production: refuse weak secrets, watch no files, print no token',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--port <number>', 'port to listen on (default: PORT, then 4111)')
    .option('--host <address>', 'address to listen on (default: server.host, then all addresses)')
    .option(
      '--drain <duration>',
      'on shutdown, keep serving for this long after /ready responds with 503 (0: not at all)',
      '2s',
    )
    .option(
      '--keep-alive <duration>',
      'keep an idle connection open for this long; choose a longer time than your proxy (default: SIGNET_KEEP_ALIVE, then 65s)',
    )
    .action((options: StartOptions & DirectoryOption) => runStart(directory(options), options))

  program
    .command('proxy')
    .description(
      'Stand before a Mastra application that stays as it is, and let in only requests with a good token',
    )
    .argument(
      '[command...]',
      'behind --: the command that serves the application, such as npx mastra dev',
    )
    .option('--upstream <url>', 'address of an application that runs already')
    .option(
      '--upstream-secret <variable>',
      'name of the variable with the secret by which the application verifies tokens (default: a new secret)',
    )
    .option('--upstream-open', 'in production, serve an application that verifies no tokens')
    .option('--upstream-anywhere', 'serve an application that others can reach without the proxy')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--port <number>', 'port to listen on; 0 selects a free one (default: PORT, then 4111)')
    .option(
      '--host <address>',
      'address to listen on (default: 127.0.0.1; in production all addresses)',
    )
    .option('--wait <seconds>', 'how long the application may take until it answers', '120')
    .option(
      '--drain <duration>',
      'on shutdown, keep serving for this long after /ready responds with 503 (0: not at all)',
      '0',
    )
    .action(async (command: readonly string[], options: ProxyFlags & DirectoryOption) => {
      // Only here: what a proxy is made of takes memory that no other command needs.
      const { runProxy } = await import('./command/proxy.js')
      await runProxy(directory(options), options, command, io)
    })

  program
    .command('token')
    .description(
      'Sign a token with MASTRA_JWT_SECRET, or as the proxy of the folder does, and print it',
    )
    .requiredOption('--sub <subject>', 'subject (sub): who the token is for')
    .option(
      '--scope <permissions>',
      'permissions to grant, such as "agents:execute"; repeatable',
      collect,
    )
    .option('--role <role>', 'owner, admin, member, viewer or your own; repeatable', collect)
    .option(
      '--aud <audience>',
      'audience (aud): the server that the token is for; repeatable',
      collect,
    )
    .option('--iss <issuer>', 'issuer (iss)')
    .option('--expires <duration>', 'lifetime of the token, such as 15m, 8h or 7d', '8h')
    .option('--alg <algorithm>', 'HS256, HS384 or HS512 (default: HS256)')
    .option('--dir <folder>', 'folder whose .env holds the secret', '.')
    .option('--claim <name=value>', 'any other claim; the value may be JSON; repeatable', collect)
    .action((options: TokenOptions & DirectoryOption) => runToken(directory(options), options, io))

  program
    .command('inspect')
    .description('Explain step by step what a token says and whether this application accepts it')
    .argument('[token]', 'the token; if it is left out or is -, standard input is read')
    .option('--dir <folder>', 'folder of the application', '.')
    .option(
      '--secret-env <name>',
      'verify with the secret in this variable, without the application',
    )
    .option('--routes', 'list the routes that are open for the token')
    .option('--json', 'print JSON')
    .action((token: string | undefined, options: InspectOptions & DirectoryOption) =>
      runInspect(token, directory(options), options, io),
    )

  program
    .command('doctor')
    .description(
      'Check the application, or the proxy before it, against the rules for production, and say how to fix each finding',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'print JSON')
    .option(
      '--upstream <url>',
      'behind a proxy: address of an application that runs, whose routes are compared with those that the proxy knows',
    )
    .option(
      '--upstream-secret <variable>',
      'name of the variable with the secret by which that application verifies tokens',
    )
    .option('--upstream-anywhere', 'ask an application on another machine')
    .action((options: DoctorOptions & DirectoryOption) =>
      runDoctor(directory(options), options, io),
    )

  program
    .command('routes')
    .description(
      'List every route of the application, the permission it needs, and the roles that have it',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'print JSON')
    .action((options: RoutesOptions & DirectoryOption) =>
      runRoutes(directory(options), options, io),
    )

  program
    .command('audit')
    .description(
      'List which requests were allowed or refused, newest first: a table on a terminal, JSON lines in a pipe',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .option(
      '--since <time>',
      'only records from this time on: an age such as 90m or 7d, or a time in ISO 8601',
    )
    .option('--until <time>', 'only records until this time, in the same form')
    .option('--sub <subject>', 'only records of this subject')
    .option('--code <code>', 'only records with this error code')
    .option('--request <id>', 'only the request with this id (X-Request-Id)')
    .option('--json', 'print JSON lines on a terminal too')
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
      'issuer of the tokens that --jti, --sub or --sid names (default: tokens without iss)',
    )
    .option('--dir <folder>', 'folder of the application', '.')
    .action((options: RevokeOptions & DirectoryOption) =>
      runRevoke(directory(options), options, io),
    )

  program
    .command('backup')
    .description('Copy signet.db to a new file and check the copy; the server may keep running')
    .argument('<file>', 'file to write; without --force, it must not exist yet')
    .option('--force', 'replace the file if it exists')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'print JSON')
    .action((file: string, options: BackupFlags & DirectoryOption) =>
      runBackup(file, directory(options), options, io),
    )

  program
    .command('restore')
    .description(
      'Check a backup and replace signet.db with it; the old file is kept under another name',
    )
    .argument('<file>', 'the backup to restore; stop every server first')
    .option('--end-tokens', 'revoke every token and API key issued until now')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'print JSON')
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
      'permissions of the key, such as "agents:execute memory:*"; repeatable',
      collect,
    )
    .option('--expires <duration>', 'lifetime of the key, such as 30d, or never', '90d')
    .option('--dir <folder>', 'folder of the application', '.')
    .action((options: KeyCreateOptions & DirectoryOption) =>
      runKeysCreate(directory(options), options, io),
    )

  keys
    .command('list')
    .description('List the API keys by name and id, newest first; never the keys themselves')
    .option('--dir <folder>', 'folder of the application', '.')
    .option('--json', 'print JSON')
    .action((options: KeyListOptions & DirectoryOption) =>
      runKeysList(directory(options), options, io),
    )

  keys
    .command('revoke')
    .description('Revoke an API key permanently; running servers refuse it within a second')
    .argument('<id>', 'id of the key; signet keys list shows it')
    .option('--dir <folder>', 'folder of the application', '.')
    .action((id: string, options: DirectoryOption) => runKeysRevoke(id, directory(options), io))

  program
    .command('secret')
    .description('Create a random secret for MASTRA_JWT_SECRET: print it, or write it to a file')
    .option(
      '--write <file>',
      'write it to this file, such as .env, and let only its owner read the file (mode 600)',
    )
    .option('--force', 'with --write: replace the secret in the file')
    .action((options: SecretOptions) => runSecret(options, io))

  addExamples(program)
  return program
}
