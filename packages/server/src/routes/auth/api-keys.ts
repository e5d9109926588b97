import { ScopeError, type ApiKeyStore } from '@signet/auth'
import {
  containsCredential,
  findUncoveredScope,
  isApiKeyName,
  issueApiKey,
  parseGrant,
} from '@signet/auth/internal'
import { BOUNDS } from '@signet/core'
import { z } from 'zod'
import { keepApiKey } from '../../api-key/keep.js'
import { revokeApiKey } from '../../api-key/revoke.js'
import { apiKeyMembers, viewApiKey } from '../../api-key/view.js'
import { RequestError } from '../../error/error.js'
import { defineRoute, type Route } from '../../route/route.js'
import type { ServerState } from '../../start/state.js'
import { pageInfo, pageQuery } from '../schema.js'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 90
/** A hundred years; nobody means more. */
const MAX_DAYS = 36_525
const DEFAULT_PER_PAGE = 100
/** What no id of a key can be is not looked for. */
const LEGAL_ID = /^[\w-]{1,64}$/
/** What is longer is not quoted: it may be a token that got into the wrong place. */
const MAX_QUOTED = 40

const keyView = z.object(apiKeyMembers)

const nameText = z
  .string()
  .max(BOUNDS.keyNameCharacters.limit, { abort: true })
  .refine(
    isApiKeyName,
    'A name must have 1 to 100 characters without control characters, and must not contain an API key.',
  )
  .meta({ minLength: 1, examples: ['nightly report'] })

const scopeText = z
  .string()
  .max(BOUNDS.keyScopeCharacters.limit, { abort: true })
  .superRefine((text, context) => {
    if (parseGrant(text) !== undefined && !containsCredential(text)) return
    const named = text.length > MAX_QUOTED ? 'The text' : JSON.stringify(text)
    const message = `${named} is not a permission. Write resource:action or resource:action:id.`
    context.addIssue({ code: 'custom', message })
  })
  .meta({ examples: ['agents:execute', 'tools:execute:get-weather', 'memory:*'] })

/** @throws {RequestError} `not_found` where no keys are kept */
function requireKeys(store: ServerState['apiKeys']): ApiKeyStore {
  if (store !== undefined) return store
  throw new RequestError('not_found', 'This server does not store API keys.')
}

const create = (keys: () => ServerState['apiKeys']): Route =>
  defineRoute({
    method: 'POST',
    path: '/auth/api-keys',
    access: 'api-keys:write',
    summary: 'Makes an API key, which is shown this once; it may do what its maker may, at most',
    status: 201,
    body: z.strictObject({
      name: nameText,
      scopes: z.array(scopeText).min(1).max(BOUNDS.keyScopes.limit),
      /** Null for never. */
      expiresInDays: z.int().min(1).max(MAX_DAYS).nullable().default(DEFAULT_DAYS),
    }),
    response: z.object({ key: z.string(), ...apiKeyMembers }),
    async handler(input) {
      const store = requireKeys(keys())
      const { name, expiresInDays } = input.body
      const scopes = [...new Set(input.body.scopes)]
      const judged = await input.maker()
      const { maker, principal, admittedAt: createdAt } = judged
      // What the caller may do now, and what they would count for when the key is used.
      const uncovered =
        findUncoveredScope(scopes, input.principal.permissions) ??
        findUncoveredScope(scopes, principal.permissions)
      if (uncovered !== undefined) throw new ScopeError(uncovered, principal.ignoredGrants)
      const { key, record } = issueApiKey({
        name,
        scopes,
        maker,
        makerIssuer: principal.issuer,
        makerSubject: principal.subject,
        createdAt,
        expiresAt: expiresInDays === null ? undefined : createdAt + expiresInDays * DAY_MS,
      })
      await keepApiKey(record, store, judged)
      return { key, ...viewApiKey(record, createdAt) }
    },
  })

const list = (keys: () => ServerState['apiKeys']): Route =>
  defineRoute({
    method: 'GET',
    path: '/auth/api-keys',
    access: 'api-keys:read',
    summary: 'The API keys of everybody, or those that the caller made, the newest first',
    query: z.object({ ...pageQuery, mine: z.enum(['true', 'false']).optional() }),
    response: z.object({ keys: z.array(keyView), ...pageInfo }),
    async handler(input) {
      const { page = 0, perPage = DEFAULT_PER_PAGE, mine } = input.query
      const { issuer, subject } = input.principal
      const query = { page, perPage, ...(mine === 'true' && { maker: { issuer, subject } }) }
      const found = await requireKeys(keys()).list(query)
      const now = Date.now()
      return {
        keys: found.keys.map((record) => viewApiKey(record, now)),
        total: found.total,
        page,
        perPage,
        hasMore: (page + 1) * perPage < found.total,
      }
    },
  })

const revoke = (keys: () => ServerState['apiKeys']): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/auth/api-keys/:keyId',
    access: 'api-keys:delete',
    summary: 'Revokes an API key for good, and ends the answers that run for it',
    response: keyView,
    async handler(input) {
      const now = Date.now()
      const { keyId } = input.params
      const store = requireKeys(keys())
      const record = LEGAL_ID.test(keyId)
        ? await revokeApiKey(keyId, store, (revocation) => input.revoke(revocation), now)
        : undefined
      if (record === undefined) throw new RequestError('not_found', 'There is no such API key.')
      return viewApiKey(record, now)
    },
  })

/** API keys, for the operator. There where they are kept. */
export const apiKeyRoutes = (keys: () => ServerState['apiKeys']): readonly Route[] => [
  create(keys),
  list(keys),
  revoke(keys),
]
