import { readPasted, type Advice, type Principal } from '@signet/auth'
import {
  isoTime,
  isRevocableName,
  looksLikeApiKey,
  looksLikeJwt,
  parseGrant,
} from '@signet/auth/internal'
import { BOUNDS } from '@signet/core'
import { z } from 'zod'
import { boundedJson } from '../../route/bounded.js'
import { jsonReply } from '../../http/reply.js'
import { defineRoute, type Route } from '../../route/route.js'
import type { TokenDesk } from '../../token/desk.js'

/** Eight hours, as the token lasts that `signet dev` prints. */
const DEFAULT_SECONDS = 8 * 3600
/** Thirty days. */
const MAX_SECONDS = 30 * 86_400
/** What is quoted of a scope that is none. */
const MAX_QUOTED = 100

/** Claims that say who, for whom, until when and what: the request or the provider says them. */
const RESERVED: ReadonlySet<string> = new Set([
  'sub',
  'id',
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'sid',
  'act',
  'scope',
  'scp',
  'permissions',
  'role',
  'roles',
])

function viewPrincipal(principal: Principal): Readonly<Record<string, unknown>> {
  const { subject, issuer, resourceId, roles, permissions, ignoredGrants, expiresAt } = principal
  const { client, actors } = principal
  return {
    subject,
    issuer,
    resourceId,
    client: client ?? null,
    actors,
    roles,
    permissions: permissions.granted,
    ignored: ignoredGrants,
    expiresAt: isoTime(expiresAt ?? NaN) ?? null,
  }
}

/** The form of a token, whether it is one or not. */
function formOf(token: string): 'jwt' | 'api-key' | 'opaque' {
  if (looksLikeApiKey(token)) return 'api-key'
  return looksLikeJwt(token) ? 'jwt' : 'opaque'
}

/** What is told of a refusal, or of what deserves a look. */
const adviceView = {
  found: z.string().nullable(),
  expected: z.string().nullable(),
  remedy: z.string().nullable(),
  command: z.string().nullable(),
}

function viewAdvice({ found, expected, remedy, command }: Partial<Advice>) {
  return {
    found: found ?? null,
    expected: expected ?? null,
    remedy: remedy ?? null,
    command: command ?? null,
  }
}

const explain = (tokens: () => TokenDesk): Route =>
  defineRoute({
    method: 'POST',
    path: '/auth/explain',
    access: 'system:read',
    summary:
      'What this server makes of a token, check by check, and what it grants where it verifies',
    body: z.strictObject({ token: z.string().max(BOUNDS.tokenCharacters.limit) }),
    response: z.object({
      form: z.enum(['jwt', 'api-key', 'opaque']),
      by: z.string(),
      accepted: z.boolean(),
      steps: z.array(
        z.object({ name: z.string(), result: z.enum(['pass', 'fail', 'not reached']) }),
      ),
      code: z.string().nullable(),
      reason: z.string().nullable(),
      ...adviceView,
      warnings: z.array(z.object({ cause: z.string(), ...adviceView })),
      principal: z
        .object({
          subject: z.string(),
          issuer: z.string(),
          resourceId: z.string(),
          client: z.string().nullable(),
          actors: z.array(z.string()),
          roles: z.array(z.string()),
          permissions: z.array(z.string()),
          ignored: z.array(z.string()),
          expiresAt: z.iso.datetime().nullable(),
        })
        .nullable(),
    }),
    async handler(input) {
      const { token } = input.body
      const explanation = await tokens().explain(token, input.request)
      const { by, accepted, steps, code, reason, warnings = [], principal } = explanation
      return {
        form: formOf(readPasted(token).token),
        by,
        accepted,
        steps,
        code: code ?? null,
        reason: reason ?? null,
        ...viewAdvice(explanation),
        warnings: warnings.map((each) => ({ cause: each.cause, ...viewAdvice(each) })),
        principal: principal === undefined ? null : viewPrincipal(principal),
      }
    },
  })

const subjectText = z
  .string()
  .max(BOUNDS.subjectCharacters.limit, { abort: true })
  .refine(
    (text) => isRevocableName(text) && text.trim() !== '',
    'A subject must have 1 to 2000 characters without NUL, and must not be blank.',
  )

const scopeText = z
  .string()
  .max(BOUNDS.scopeCharacters.limit, { abort: true })
  .superRefine((text, context) => {
    const wrong = text.split(' ').find((word) => word !== '' && parseGrant(word) === undefined)
    if (wrong === undefined) return
    const message = `${JSON.stringify(wrong.slice(0, MAX_QUOTED))} is not a permission. Write resource:action or resource:action:id.`
    context.addIssue({ code: 'custom', message })
  })
  .meta({ examples: ['agents:execute tools:execute:get-weather'] })

const claimNames = z.record(z.string(), z.unknown()).superRefine((claims, context) => {
  for (const name of Object.keys(claims).filter((each) => RESERVED.has(each))) {
    const message =
      'The request cannot set this claim here: the server sets it, or the request has a member of its own for it.'
    context.addIssue({ code: 'custom', path: [name], message })
  }
})

const furtherClaims = boundedJson(claimNames.meta({ maxProperties: BOUNDS.claimValues.limit }), {
  values: BOUNDS.claimValues,
  depth: BOUNDS.claimDepth,
  characters: BOUNDS.claimCharacters,
})

const sign = (tokens: () => TokenDesk): Route =>
  defineRoute({
    method: 'POST',
    path: '/auth/tokens',
    access: 'tokens:write',
    summary: 'Signs a token that grants at most what the caller may do: in development only',
    status: 201,
    body: z.strictObject({
      sub: subjectText,
      scope: scopeText.optional(),
      roles: z
        .array(z.string().min(1).max(BOUNDS.roleCharacters.limit))
        .max(BOUNDS.tokenRoles.limit)
        .optional(),
      expiresInSeconds: z.int().min(1).max(MAX_SECONDS).default(DEFAULT_SECONDS),
      claims: furtherClaims.default({}),
    }),
    response: z.object({ token: z.string(), tokenId: z.string(), expiresAt: z.iso.datetime() }),
    async handler(input) {
      const { body, principal, request } = input
      const { sub: subject, scope, roles, expiresInSeconds, claims } = body
      const wish = { subject, scope, roles, expiresInSeconds, claims }
      const signed = await tokens().sign(wish, principal, request)
      const { token, tokenId, expiresAt } = signed
      const reply = jsonReply({ token, tokenId, expiresAt: isoTime(expiresAt) ?? null }, 201)
      reply.headers['cache-control'] = 'no-store'
      return reply
    },
  })

/** What the server makes of tokens, for whoever runs it. */
export const explainRoutes = (tokens: () => TokenDesk): readonly Route[] => [explain(tokens)]

/** Making tokens: only where nobody but the developer's own machine can ask. */
export const signingRoutes = (tokens: () => TokenDesk): readonly Route[] => [sign(tokens)]
