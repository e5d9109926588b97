import { createPrincipal, type ApiKeyRecord, type ApiKeyStore, type RoleTable } from '@signet/auth'
import {
  findUncoveredScope,
  isApiKeyName,
  issueApiKey,
  OPERATOR,
  parseGrant,
  type IssuedApiKey,
} from '@signet/auth/internal'
import { revokeApiKey, viewApiKey, type ApiKeyView } from '@signet/server/internal'
import type { Store } from '@signet/store'
import { parseDuration } from '../flag/duration.js'
import { enterProject } from '../project/environment.js'
import { CommandFailure, UsageFailure } from '../failure.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson, printableText } from '../terminal/printable.js'
import { openStoredProject } from '../project/stored-project.js'
import { loadRoles } from '../project/bundle/load-roles.js'
import { withProjectStore } from '../project/project-store.js'
import { writeTable } from '../terminal/table.js'

/** Flags of `signet keys create`. */
export interface KeyCreateOptions {
  readonly name: string
  readonly scope: readonly string[]
  /** A duration, or `never`. */
  readonly expires: string
}

/** Flags of `signet keys list`. */
export interface KeyListOptions {
  readonly json?: boolean
}

const PAGE = 1000

function readName(name: string): string {
  if (isApiKeyName(name)) return name
  throw new UsageFailure(
    '--name must have 1 to 100 characters, none of them a control character, and must not contain an API key.',
  )
}

function readScopes(flags: readonly string[]): readonly string[] {
  const scopes = [...new Set(flags.flatMap((flag) => flag.split(/\s+/)))].filter((each) => each)
  if (scopes.length === 0) {
    throw new UsageFailure(
      '--scope is empty. Name the permissions of the key, such as agents:execute.',
    )
  }
  const unknown = scopes.find((scope) => parseGrant(scope) === undefined)
  if (unknown === undefined) return scopes
  throw new UsageFailure(
    `--scope has ${printableJson(unknown)}, which is not a permission. Write resource:action or resource:action:id.`,
  )
}

/** The operator has the store and the secrets, so every scope is allowed that the role owner grants. */
function requireCovered(scopes: readonly string[], roles: RoleTable): void {
  const { permissions } = createPrincipal(OPERATOR.user, { roles })
  const uncovered = findUncoveredScope(scopes, permissions)
  if (uncovered === undefined) return
  throw new CommandFailure(
    `The role owner of this application does not grant ${uncovered}, so the key could not use it. Leave it out of --scope, or add it to the role in server.access.roles.`,
  )
}

function expiryWords(expiresAt: number | undefined): string {
  if (expiresAt === undefined) return 'It never expires.'
  return `It expires at ${new Date(expiresAt).toISOString()}.`
}

/** A key that the operator wants. */
interface KeyWish {
  readonly name: string
  readonly scopes: readonly string[]
  /** Undefined for a key that never expires. */
  readonly lifetimeSeconds: number | undefined
}

/** Stores a key of the operator. A later revocation of the operator in the log ends it. */
async function keepOperatorKey(
  { apiKeys, revocations }: Store,
  { name, scopes, lifetimeSeconds }: KeyWish,
): Promise<IssuedApiKey> {
  const judgedUpTo = await revocations.lastSequence()
  const createdAt = Date.now()
  const issued = issueApiKey({
    name,
    scopes,
    maker: { ...OPERATOR, judgedUpTo },
    makerIssuer: 'local',
    makerSubject: 'operator',
    createdAt,
    expiresAt: lifetimeSeconds === undefined ? undefined : createdAt + lifetimeSeconds * 1000,
  })
  await apiKeys.create(issued.record)
  return issued
}

/**
 * Creates a key of the operator. Standard output gets the key and nothing else.
 * @throws {UsageFailure} for a name, a scope or an expiry that cannot be
 * @throws {CommandFailure} where the role `owner` does not cover a scope, or the store cannot be used
 */
export async function runKeysCreate(
  directory: string,
  options: KeyCreateOptions,
  io: Io,
): Promise<void> {
  const name = readName(options.name)
  const scopes = readScopes(options.scope)
  const isEndless = options.expires === 'never'
  const seconds = isEndless ? undefined : parseDuration(options.expires, '--expires')
  const project = openStoredProject(directory)
  process.env['NODE_ENV'] ??= 'development'
  enterProject(directory)
  requireCovered(scopes, await loadRoles(project))
  const { key, record } = await withProjectStore(project, (store) =>
    keepOperatorKey(store, { name, scopes, lifetimeSeconds: seconds }),
  )
  writeLine(io.stdout, key)
  writeLine(io.stderr, `The id of the key is ${record.id}. ${expiryWords(record.expiresAt)}`)
  writeLine(io.stderr, 'The key is not shown again. Store it where the program reads its secrets.')
  if (isEndless) {
    writeLine(io.stderr, 'warning: whoever finds this key can use it until it is revoked.')
  }
}

async function readAll(store: ApiKeyStore): Promise<readonly ApiKeyRecord[]> {
  const records: ApiKeyRecord[] = []
  for (let page = 0; ; page++) {
    const { keys, total } = await store.list({ page, perPage: PAGE })
    records.push(...keys)
    if (keys.length === 0 || records.length >= total) return records
  }
}

function toRow(view: ApiKeyView): readonly string[] {
  const { id, name, status, maker, expiresAt, lastUsedAt, scopes } = view
  return [
    id,
    name,
    status,
    `${maker.subject} (${maker.issuer})`,
    expiresAt ?? 'never',
    lastUsedAt ?? 'never',
    scopes.join(' '),
  ]
}

/**
 * Lists the keys, newest first.
 * @throws {CommandFailure} where the store cannot be used
 */
export async function runKeysList(
  directory: string,
  options: KeyListOptions,
  io: Io,
): Promise<void> {
  const project = openStoredProject(directory)
  enterProject(directory)
  const records = await withProjectStore(project, ({ apiKeys }) => readAll(apiKeys))
  const now = Date.now()
  const views = records.map((record) => viewApiKey(record, now))
  if (options.json === true) {
    writeLine(io.stdout, printableJson(views, 2))
    return
  }
  const head = ['ID', 'NAME', 'STATUS', 'MAKER', 'EXPIRES', 'LAST USED', 'SCOPES']
  writeTable([head, ...views.map(toRow)], io)
  if (views.length === 0) {
    writeLine(io.stderr, 'There are no API keys. To create one, run: npx signet keys create')
  }
}

/**
 * Revokes a key in the store of the application, which its servers follow.
 * @throws {CommandFailure} where there is no such key, or the store cannot be used
 */
export async function runKeysRevoke(id: string, directory: string, io: Io): Promise<void> {
  const project = openStoredProject(directory)
  enterProject(directory)
  const record = await withProjectStore(project, ({ apiKeys, revocations }) =>
    revokeApiKey(id, apiKeys, (revocation) => revocations.append(revocation), Date.now()),
  )
  if (record === undefined) {
    throw new CommandFailure(
      'There is no API key with this id. To see the ids, run: npx signet keys list',
    )
  }
  writeLine(io.stderr, `Revoked: the API key ${printableText(record.name)}.`)
}
