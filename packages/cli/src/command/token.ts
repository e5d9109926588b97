import {
  DEFAULT_ROLES,
  secretKeys,
  signToken,
  TokenError,
  type Algorithm,
  type AuthProvider,
  type Claims,
  type RoleTable,
} from '@signet/auth'
import {
  isOwnScope,
  nearestPermission,
  parseGrant,
  secretSlip,
  unknownRoleWords,
} from '@signet/auth/internal'
import { parseDuration } from '../flag/duration.js'
import { loadEnvironment } from '../project/environment.js'
import { CommandFailure, UsageFailure } from '../failure.js'
import { findTokenProxy, rolesOfProject, type TokenProxy } from '../inspect/ask-project.js'
import { type Io, writeLine } from '../terminal/io.js'
import { describeMissing, findProject } from '../project/project.js'
import { isSigner } from '../serve/development-token.js'

/** Flags of `signet token`. */
export interface TokenOptions {
  readonly sub: string
  readonly scope?: readonly string[]
  readonly role?: readonly string[]
  readonly aud?: readonly string[]
  readonly iss?: string
  readonly expires: string
  /** Default: HS256. */
  readonly alg?: string
  readonly claim?: readonly string[]
}

/** Claims that grant permissions, beside roles. */
const GRANTING = ['scope', 'scp', 'permissions'] as const

/** Claims that have a flag of their own. */
const FLAGGED: ReadonlySet<string> = new Set(['sub', 'scope', 'role', 'aud', 'iss', 'exp'])

function readSecret(directory: string, proxy: TokenProxy | undefined): string {
  const secret = process.env['MASTRA_JWT_SECRET'] ?? process.env['JWT_AUTH_SECRET']
  if (secret !== undefined && secret !== '') return secret
  if (proxy?.developmentSecret !== undefined) return proxy.developmentSecret
  // Outside the folder of an application, creating a secret would not help.
  throw new CommandFailure(
    proxy === undefined && findProject(directory) === undefined
      ? `MASTRA_JWT_SECRET is not set. ${describeMissing(directory)}`
      : 'MASTRA_JWT_SECRET is not set, neither in the environment nor in .env. Create one with: npx signet secret --write .env',
  )
}

/** The value of a claim: parsed if it is JSON, otherwise the text itself. */
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
    throw new UsageFailure(
      `--claim ${JSON.stringify(text)} does not have the form name=value. Write for example --claim plan=pro.`,
    )
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
  for (const [flag, values] of Object.entries({ sub: [sub], iss: [iss], aud, role, scope })) {
    if (values?.some((value) => value?.trim() === '')) {
      throw new UsageFailure(`--${flag} is empty. Give it a value, or leave it out.`)
    }
  }
  return {
    ...Object.fromEntries(claim.map(parseClaim)),
    sub,
    ...(iss !== undefined && { iss }),
    ...(aud !== undefined && { aud: single(aud) }),
    ...(role !== undefined && { role: single(role) }),
    ...(scope !== undefined && { scope: scope.join(' ') }),
  }
}

function warnOfSlip(secret: string, io: Io): void {
  const slip = secretSlip(Buffer.from(secret))
  if (slip === undefined) return
  writeLine(
    io.stderr,
    `warning: the secret has ${slip}, which is a part of it. The server that verifies this token must have the same secret.`,
  )
}

function warnOfUnknownGrants(claims: Claims, io: Io): void {
  const words = GRANTING.flatMap((name) => claims[name] ?? []).flatMap((each) =>
    String(each).split(' '),
  )
  for (const word of words) {
    if (word === '' || parseGrant(word) !== undefined) continue
    const nearest = nearestPermission(word)
    if (nearest === undefined && !isOwnScope(word)) continue
    const meant = nearest === undefined ? '' : ` Did you mean ${nearest}?`
    writeLine(
      io.stderr,
      `warning: ${word} is not a permission, and grants nothing. Write a permission such as agents:execute or tools:read:some-tool.${meant}`,
    )
  }
}

/** Warns of scopes that are not of this server, and of the default role that then counts. */
function warnOfForeignScopes(claims: Claims, io: Io): void {
  const values = GRANTING.flatMap((name) => claims[name] ?? [])
  const words = values.flatMap((each) => String(each).split(' ')).filter((word) => word !== '')
  const foreign = [...new Set(words.filter((word) => !isOwnScope(word)))]
  if (foreign.length === 0) return
  const isAlone =
    words.every((word) => !isOwnScope(word)) &&
    claims['role'] === undefined &&
    claims['roles'] === undefined
  const outcome = isAlone
    ? 'The token has what the default role grants: a default role counts where a token names neither a permission nor a role. For less, write --scope agents:read.'
    : 'The rest of the token counts.'
  const [one, ...more] = foreign
  const subject =
    more.length === 0
      ? `${one} is a foreign scope: it grants nothing itself`
      : `${foreign.join(', ')} are foreign scopes: they grant nothing themselves`
  writeLine(
    io.stderr,
    `warning: ${subject}, unless scopeMap names ${more.length === 0 ? 'it' : 'them'}. ${outcome}`,
  )
}

/**
 * Warns of unknown roles. Loads the application only if a role is not a default role.
 * @param known - the roles of a proxy; undefined for an application
 */
async function warnOfUnknownRoles(
  claims: Claims,
  directory: string,
  known: RoleTable | undefined,
  io: Io,
): Promise<void> {
  const named = ['role', 'roles'].flatMap((name) => claims[name] ?? []).map(String)
  if (known === undefined && named.every((role) => Object.hasOwn(DEFAULT_ROLES, role))) return
  const roles = Object.keys(known ?? (await rolesOfProject(directory)) ?? DEFAULT_ROLES)
  for (const role of named.filter((each) => !roles.includes(each))) {
    writeLine(io.stderr, `warning: ${unknownRoleWords(role, roles)} It grants nothing.`)
  }
}

/** Signs a token. The error for a claim that cannot be signed names its flag. */
function signNamed(sign: () => string): string {
  try {
    return sign()
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error
    throw new UsageFailure(`--claim ${error.claim ?? ''} has an invalid value. ${error.message}`)
  }
}

function parseAlgorithm(text: string | undefined): Algorithm | undefined {
  if (text === undefined || text === 'HS256' || text === 'HS384' || text === 'HS512') return text
  throw new UsageFailure(`--alg ${JSON.stringify(text)} is unknown. Write HS256, HS384 or HS512.`)
}

/** A token, and the secret that it was signed with, where that is known. */
interface Signed {
  readonly token: string
  readonly secret?: string
}

/** Signs with the provider that the configuration of a proxy has. */
function signByProvider(
  provider: AuthProvider,
  claims: Claims,
  { expiresInSeconds, algorithm }: SigningFlags,
): Signed {
  if (!isSigner(provider)) {
    throw new CommandFailure(
      'The provider in auth of signet.config.ts cannot sign tokens. Get one from the issuer whose tokens it accepts.',
    )
  }
  if (algorithm !== undefined) {
    throw new UsageFailure(
      '--alg is for a secret in MASTRA_JWT_SECRET. Here auth of signet.config.ts signs, with the algorithm of its key. Leave the flag out.',
    )
  }
  return { token: signNamed(() => provider.sign(claims, { expiresInSeconds })) }
}

function signBySecret(
  secret: string,
  claims: Claims,
  { expiresInSeconds, algorithm }: SigningFlags,
): Signed {
  const token = signNamed(() => {
    const { signingKey } = secretKeys(secret, { algorithms: algorithm && [algorithm] })
    return signToken(claims, signingKey, { expiresInSeconds })
  })
  return { token, secret }
}

/** What flags say of a signature. */
interface SigningFlags {
  readonly expiresInSeconds: number
  readonly algorithm: Algorithm | undefined
}

/**
 * Prints a token signed with the secret of the application, or of the proxy that the folder configures, and nothing else, on
 * standard output.
 */
export async function runToken(directory: string, options: TokenOptions, io: Io): Promise<void> {
  const claims = readClaims(options)
  const expiresInSeconds = parseDuration(options.expires, '--expires')
  const algorithm = parseAlgorithm(options.alg)
  const flags = { expiresInSeconds, algorithm }
  const proxy = await findTokenProxy(directory)
  if (proxy === undefined) loadEnvironment(directory)
  const { token, secret } = proxy?.auth
    ? signByProvider(proxy.auth, claims, flags)
    : signBySecret(readSecret(directory, proxy), claims, flags)
  if (secret !== undefined) warnOfSlip(secret, io)
  warnOfUnknownGrants(claims, io)
  warnOfForeignScopes(claims, io)
  await warnOfUnknownRoles(claims, directory, proxy?.roles, io)
  writeLine(io.stdout, token)
}
