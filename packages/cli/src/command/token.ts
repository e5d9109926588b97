import { parseGrant, secretKeys, signToken, type Claims } from '@signet/auth'
import { parseDuration } from '../duration.js'
import { loadEnvFile } from '../environment.js'
import { CommandFailure, UsageFailure } from '../failure.js'
import { type Io, writeLine } from '../io.js'

/** Flags of `signet token`. */
export interface TokenOptions {
  readonly sub: string
  readonly scope?: readonly string[]
  readonly role?: readonly string[]
  readonly aud?: readonly string[]
  readonly iss?: string
  readonly expires: string
  readonly claim?: readonly string[]
}

/** Claims that have a flag of their own. */
const FLAGGED: ReadonlySet<string> = new Set(['sub', 'scope', 'role', 'aud', 'iss', 'exp'])

function readSecret(): string {
  const secret = process.env['MASTRA_JWT_SECRET'] ?? process.env['JWT_AUTH_SECRET']
  if (secret !== undefined && secret !== '') return secret
  throw new CommandFailure(
    'MASTRA_JWT_SECRET is not set, neither in the environment nor in .env. Make a secret with: signet secret',
  )
}

/** The value of a claim: JSON where it is JSON, else the text itself. */
function claimValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseClaim(text: string): readonly [string, unknown] {
  const equals = text.indexOf('=')
  const name = text.slice(0, Math.max(equals, 0)).trim()
  if (name === '') {
    throw new UsageFailure(`--claim ${JSON.stringify(text)} is not of the form name=value.`)
  }
  if (FLAGGED.has(name)) {
    throw new UsageFailure(
      `--claim ${name}=… is not allowed: use ${name === 'exp' ? '--expires' : `--${name}`}.`,
    )
  }
  return [name, claimValue(text.slice(equals + 1))]
}

function single<Item>(items: readonly Item[]): Item | readonly Item[] {
  const [first] = items
  return items.length === 1 && first !== undefined ? first : items
}

function readClaims(options: TokenOptions): Claims {
  const { sub, scope, role, aud, iss, claim = [] } = options
  if (sub.trim() === '') throw new UsageFailure('--sub is empty. Name whoever the token is for.')
  return {
    ...Object.fromEntries(claim.map(parseClaim)),
    sub,
    ...(iss !== undefined && { iss }),
    ...(aud !== undefined && { aud: single(aud) }),
    ...(role !== undefined && { role: single(role) }),
    ...(scope !== undefined && { scope: scope.join(' ') }),
  }
}

function warnOfUnknownScopes(scopes: readonly string[], io: Io): void {
  for (const scope of scopes.flatMap((text) => text.split(' '))) {
    if (scope === '' || parseGrant(scope) !== undefined) continue
    writeLine(
      io.stderr,
      `warning: --scope ${scope} grants nothing here; permissions look like agents:execute or tools:read:some-tool.`,
    )
  }
}

/** Prints a token signed with the project's secret, and nothing else, on standard output. */
export function runToken(options: TokenOptions, io: Io): void {
  const claims = readClaims(options)
  const expiresInSeconds = parseDuration(options.expires, '--expires')
  loadEnvFile(io.directory)
  const { signingKey } = secretKeys(readSecret())
  warnOfUnknownScopes(options.scope ?? [], io)
  writeLine(io.stdout, signToken(claims, signingKey, { expiresInSeconds }))
}
