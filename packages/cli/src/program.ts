import { resolve } from 'node:path'
import { Command } from 'commander'
import { runDev, type DevOptions } from './command/dev.js'
import { runDoctor, type DoctorOptions } from './command/doctor.js'
import { runInspect, type InspectOptions } from './command/inspect.js'
import { runRoutes, type RoutesOptions } from './command/routes.js'
import { runSecret } from './command/secret.js'
import { runStart, type StartOptions } from './command/start.js'
import { runToken, type TokenOptions } from './command/token.js'
import type { Io } from './io.js'
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
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
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
    .command('secret')
    .description('Print a fresh random secret for MASTRA_JWT_SECRET')
    .action(() => runSecret(io))

  return program
}
