import {
  tokenRevocation,
  type ApiKeyRecord,
  type NewRevocation,
  type RevocationEntry,
} from '@signet/auth'
import {
  apiKeyDigest,
  isBearerToken,
  isRevocableName,
  isStampedAhead,
  looksLikeApiKey,
  looksLikeJwt,
  STAMPED_AHEAD,
} from '@signet/auth/internal'
import type { Store } from '@signet/store'
import { enterProject } from '../project/environment.js'
import { UsageFailure } from '../failure.js'
import { readPipedToken } from '../inspect/token-input.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableText } from '../terminal/printable.js'
import { openStoredProject } from '../project/stored-project.js'
import { withProjectStore } from '../project/project-store.js'

/** Flags of `signet revoke`. */
export interface RevokeOptions {
  /** Whether a token or key is piped in. */
  readonly stdin?: boolean
  /** The old name of `stdin`. Accepts only `-`. */
  readonly token?: string
  readonly jti?: string
  readonly sub?: string
  readonly sid?: string
  /** Everything issued until now. */
  readonly all?: boolean
  /** Default: `local`. */
  readonly iss?: string
}

const KINDS = ['token', 'jti', 'sub', 'sid', 'all'] as const

function chooseKind(options: RevokeOptions): (typeof KINDS)[number] {
  const named = options.stdin === true ? { token: '-', ...options } : options
  const [kind, ...others] = KINDS.filter((name) => named[name] !== undefined)
  if (kind === undefined || others.length > 0) {
    throw new UsageFailure(
      'Say what to revoke: give exactly one of --stdin, --jti, --sub, --sid and --all.',
    )
  }
  if (kind === 'token' && options.iss !== undefined) {
    throw new UsageFailure('--iss needs --jti, --sub or --sid. A token names its issuer itself.')
  }
  if (kind === 'all' && options.iss !== undefined) {
    throw new UsageFailure('--iss needs --jti, --sub or --sid. --all covers every issuer.')
  }
  return kind
}

/** The shortest opaque token that an issuer gives: a shorter one could be guessed (RFC 6749 section 10.10). */
const MIN_OPAQUE_CHARACTERS = 16

/** Whether a text may be a credential. Anything else would be revoked in vain, and its owner would think it done. */
function isCredential(text: string): boolean {
  if (!isBearerToken(text)) return false
  if (looksLikeJwt(text)) return text.split('.').length >= 3
  return looksLikeApiKey(text) || (text.length >= MIN_OPAQUE_CHARACTERS && !isStartOfJwt(text))
}

/** Whether a text is the header of a JWT, or the beginning of one. */
function isStartOfJwt(text: string): boolean {
  return !text.includes('.') && looksLikeJwt(`${text}.`)
}

async function readRevokedToken(flag: string | undefined, io: Io): Promise<string> {
  const remedy = 'Pipe the token in: npx signet revoke --stdin < token.txt'
  if (flag !== undefined && flag !== '-') {
    throw new UsageFailure(
      `--token accepts only -, because other users of this machine can see an argument, and the shell keeps it in its history. ${remedy}`,
    )
  }
  const token = await readPipedToken(io)
  if (token === '') throw new UsageFailure(`Standard input is empty. ${remedy}`)
  if (isCredential(token)) return token
  throw new UsageFailure(
    `Standard input is not a whole token: neither a JWT of three parts, nor an API key, nor an opaque token of at least ${MIN_OPAQUE_CHARACTERS} characters. ${remedy}`,
  )
}

function requireName(flag: string, value: string | undefined): string {
  if (value !== undefined && isRevocableName(value)) return value
  throw new UsageFailure(`--${flag} must have 1 to 2000 characters, none of them NUL.`)
}

function pipedWords(token: string, key: ApiKeyRecord | undefined): string {
  if (key !== undefined) return `the API key ${printableText(key.name)}`
  return looksLikeApiKey(token) ? 'an API key that the store does not list' : 'the token'
}

/** A revocation, and a description of it. */
interface Order {
  readonly revocation: NewRevocation
  /**
   * @param entry - what the log has of it
   * @param key - the API key that was piped in, where the store lists it
   */
  words(entry: RevocationEntry, key: ApiKeyRecord | undefined): string
  /** The token itself, where it was piped in. */
  readonly token?: string
}

async function readOrder(options: RevokeOptions, io: Io): Promise<Order> {
  const kind = chooseKind(options)
  if (kind === 'token') {
    const token = await readRevokedToken(options.token, io)
    // The token is not verified here, so its exp is not trusted.
    return {
      revocation: tokenRevocation({ token, expiry: undefined }),
      words: (_, key) => pipedWords(token, key),
      token,
    }
  }
  if (kind === 'all') {
    return {
      revocation: { kind: 'all' },
      words: ({ createdAt }) =>
        `every token of every issuer, and every API key, issued until ${new Date(createdAt).toISOString()}`,
    }
  }
  const name = requireName(kind, options[kind])
  const issuer = requireName('iss', options.iss ?? 'local')
  const [shown, by] = [printableText(name), `of the issuer ${printableText(issuer)}`]
  if (kind === 'jti') {
    const revocation: NewRevocation = { kind: 'token-id', issuer, tokenId: name }
    return { revocation, words: () => `the token ${shown} ${by}` }
  }
  if (kind === 'sid') {
    const revocation: NewRevocation = { kind: 'session', issuer, sessionId: name }
    return { revocation, words: () => `the session ${shown} ${by}` }
  }
  return {
    revocation: { kind: 'subject', issuer, subject: name },
    words: ({ createdAt }) =>
      `everything issued to the subject ${shown} ${by} until ${new Date(createdAt).toISOString()}`,
  }
}

/** Revokes an API key in the list of keys as well. @returns its record; undefined for what is not in the list */
async function revokeListed(token: string, { apiKeys }: Store): Promise<ApiKeyRecord | undefined> {
  if (!looksLikeApiKey(token)) return undefined
  const key = await apiKeys.findByDigest(apiKeyDigest(token))
  if (key !== undefined) await apiKeys.revoke(key.id, Date.now())
  return key
}

/**
 * Revokes tokens in the store of the application. Its servers read the revocation from there.
 * @throws {UsageFailure} for flags that name nothing, or more than one thing
 * @throws {CommandFailure} where the store cannot be opened or used
 */
export async function runRevoke(directory: string, options: RevokeOptions, io: Io): Promise<void> {
  const { revocation, words, token } = await readOrder(options, io)
  const project = openStoredProject(directory)
  enterProject(directory)
  const { entry, key } = await withProjectStore(project, async (store) => ({
    entry: await store.revocations.append(revocation),
    key: token === undefined ? undefined : await revokeListed(token, store),
  }))
  writeLine(io.stdout, `Revoked: ${words(entry, key)}.`)
  if (isStampedAhead(entry)) {
    const time = new Date(entry.createdAt).toISOString()
    writeLine(io.stderr, `warning: ${STAMPED_AHEAD} It is ${time}.`)
  }
}
