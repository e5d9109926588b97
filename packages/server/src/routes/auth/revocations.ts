import {
  tokenRevocation,
  type RevokedToken,
  type NewRevocation,
  type Principal,
  type RevocationEntry,
} from '@signet/auth'
import {
  apiKeyDigest,
  isBearerToken,
  isRevocableName,
  looksLikeApiKey,
} from '@signet/auth/internal'
import { BOUNDS, ownerKey, SCHEDULE_TERM_MS, type Mastra } from '@signet/core'
import { z } from 'zod'
import { RequestError } from '../../error/error.js'
import type { KnownToken } from '../../gate/gate.js'
import { defineRoute, type HandlerContext, type Route } from '../../route/route.js'
import type { Service } from '../../service.js'
import type { ServerState } from '../../start/state.js'

const nameText = z
  .string()
  .max(BOUNDS.subjectCharacters.limit, { abort: true })
  .refine(isRevocableName, 'A name must have 1 to 2000 characters without NUL.')

/** What is not a token could only be revoked by mistake. */
const tokenText = z
  .string()
  .max(BOUNDS.tokenCharacters.limit, { abort: true })
  .refine(isBearerToken, 'The text is not a bearer token. Send the token alone.')

const NAMES = ['token', 'jti', 'subject', 'session'] as const

/** Exactly one of them. A shape for each tells readers of the schema what goes together. */
const shapes = z.union([
  z.strictObject({ token: tokenText }),
  z.strictObject({ jti: nameText, issuer: nameText.optional() }),
  z.strictObject({ subject: nameText, issuer: nameText.optional() }),
  z.strictObject({ session: nameText, issuer: nameText.optional() }),
])

const revocationRequest = z
  .strictObject({
    token: tokenText.optional(),
    jti: nameText.optional(),
    subject: nameText.optional(),
    session: nameText.optional(),
    /** Of all but `token`. Default: the caller's own. */
    issuer: nameText.optional(),
  })
  .superRefine((body, context) => {
    const given = NAMES.filter((name) => body[name] !== undefined)
    if (given.length !== 1) {
      const message = `Exactly one of ${NAMES.join(', ')} says what is revoked.`
      context.addIssue({ code: 'custom', message })
    } else if (body.token !== undefined && body.issuer !== undefined) {
      const message = 'Leave issuer out: the token names its issuer.'
      context.addIssue({ code: 'custom', path: ['issuer'], message })
    }
  })
  .meta(z.toJSONSchema(shapes, { io: 'input' }))

type RevocationRequest = z.output<typeof revocationRequest>

/** What revocation needs of a server. */
type RevocationService = Pick<Service, 'gate' | 'state'>

/** An API key that was revoked is revoked in lists of keys, too. */
async function revokeIfKey(token: string, { apiKeys }: ServerState): Promise<void> {
  if (apiKeys === undefined || !looksLikeApiKey(token)) return
  const key = await apiKeys.findByDigest(apiKeyDigest(token))
  if (key !== undefined) await apiKeys.revoke(key.id, Date.now())
}

/** What a request revokes by its name. Its schema has seen to it that it names one thing. */
function namedRevocation(body: RevocationRequest, caller: Principal): NewRevocation {
  const { jti, subject, session, issuer = caller.issuer } = body
  if (jti !== undefined) return { kind: 'token-id', issuer, tokenId: jti }
  if (session !== undefined) return { kind: 'session', issuer, sessionId: session }
  if (subject !== undefined) return { kind: 'subject', issuer, subject }
  throw new RequestError('request_invalid', 'The body does not say what to revoke.')
}

/** Whether whoever bears a token has made API keys. */
async function hasMadeKeys(
  { issuer, subject }: KnownToken,
  { apiKeys }: ServerState,
): Promise<boolean> {
  if (apiKeys === undefined) return false
  const { total } = await apiKeys.list({ maker: { issuer, subject }, page: 0, perPage: 1 })
  return total > 0
}

/** How runs stand that go on without a request: for less long than a schedule. */
const GOING_ON = ['pending', 'waiting', 'running'] as const

/** Whether whoever bears a token has schedules, or runs that go on without a request. It is assumed of whom nobody knows. */
async function hasLeftWork({ principal }: KnownToken, mastra: Mastra): Promise<boolean> {
  if (principal === undefined) return true
  const owner = ownerKey(principal)
  if ((await mastra.getScheduleStorage().list(owner, {})).length > 0) return true
  const pages = await Promise.all(
    GOING_ON.map((status) =>
      mastra.getRuns().list(owner, { kind: 'workflow', status, perPage: 1 }),
    ),
  )
  return pages.some(({ total }) => total > 0)
}

/** When a token is of no more use, nor what its bearer left with the server; undefined for never. */
async function lastUseOf(
  known: KnownToken,
  expiry: number,
  { mastra, state }: { readonly mastra: Mastra; readonly state: ServerState },
): Promise<number | undefined> {
  if (await hasMadeKeys(known, state)) return undefined
  if (!(await hasLeftWork(known, mastra))) return expiry
  return Math.max(expiry, Math.ceil((Date.now() + SCHEDULE_TERM_MS) / 1000))
}

/**
 * Revokes a token until it expires; for as long as a schedule fires where its bearer has schedules or runs, and for good
 * where they have made keys: this token may have made them. They are looked for once the token is revoked: a key or a
 * schedule that is kept later is not let in any more.
 *
 * @param tokenId - names it where its issuer is known; default: its digest does
 */
async function revokeToken(
  token: string,
  { gate, state }: RevocationService,
  input: HandlerContext,
  tokenId?: RevokedToken['tokenId'],
): Promise<RevocationEntry> {
  const known = await gate.knownToken(token, input.request)
  const named = { token, ...(tokenId !== undefined && { tokenId }) }
  const entry = await input.revoke(tokenRevocation({ ...named, expiry: known?.expiry }))
  await revokeIfKey(token, state)
  if (known?.expiry === undefined) return entry
  const lastUse = await lastUseOf(known, known.expiry, { mastra: input.mastra, state })
  if (lastUse === known.expiry) return entry
  return await input.revoke(tokenRevocation({ ...named, expiry: lastUse }))
}

const revoke = (service: () => RevocationService): Route =>
  defineRoute({
    method: 'POST',
    path: '/auth/revocations',
    access: 'tokens:write',
    summary: 'Revokes a token, a session, or all that a subject was given until now',
    status: 201,
    body: revocationRequest,
    response: z.object({
      sequence: z.int(),
      kind: z.enum(['token', 'token-id', 'subject', 'session', 'all']),
      createdAt: z.iso.datetime(),
    }),
    async handler(input) {
      const { body, principal } = input
      const { sequence, createdAt, revocation } = await (body.token === undefined
        ? input.revoke(namedRevocation(body, principal))
        : revokeToken(body.token, service(), input))
      return { sequence, kind: revocation.kind, createdAt: new Date(createdAt).toISOString() }
    },
  })

const logout = (service: () => RevocationService): Route =>
  defineRoute({
    method: 'POST',
    path: '/auth/logout',
    access: 'authenticated',
    summary: 'Revokes the token that it is called with',
    response: z.object({ success: z.literal(true) }),
    async handler(input) {
      const { principal, request } = input
      if (!service().gate.isAuthEnabled) {
        throw new RequestError(
          'not_found',
          'This server does not verify tokens (auth: false), so a caller cannot sign out.',
        )
      }
      const token = service().gate.credentialOf(request)
      const { issuer, tokenId } = principal
      const named = tokenId === undefined ? undefined : { issuer, tokenId }
      await revokeToken(token, service(), input, named)
      return { success: true }
    },
  })

/** Revocation of tokens before they end. */
export const revocationRoutes = (service: () => RevocationService): readonly Route[] => [
  revoke(service),
  logout(service),
]
