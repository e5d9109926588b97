import type { Principal } from '@signet/auth'
import { isoTime, nonEmptyText } from '@signet/auth/internal'
import { z } from 'zod'
import type { Gate } from '../../gate/gate.js'
import { defineRoute, type Route } from '../../route/route.js'

function claimText(principal: Principal, ...names: readonly string[]): string | undefined {
  const texts = names.map((name) => nonEmptyText(principal.claims[name]))
  return texts.find((text) => text !== undefined)
}

/** The caller as clients show one. */
function viewUser(principal: Principal): Readonly<Record<string, unknown>> {
  return {
    id: principal.subject,
    email: claimText(principal, 'email'),
    name: claimText(principal, 'name'),
    avatarUrl: claimText(principal, 'avatarUrl', 'avatar_url', 'picture'),
  }
}

/** What the caller may do, as clients ask for it. */
function viewAccess(principal: Principal): Readonly<Record<string, unknown>> {
  return { roles: principal.roles, permissions: principal.permissions.granted }
}

const userMembers = {
  id: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
  avatarUrl: z.string().optional(),
}

const accessMembers = { roles: z.array(z.string()), permissions: z.array(z.string()) }

const CAPABILITIES = { user: true, session: false, sso: false, rbac: true, acl: false, fga: false }

const capabilities = (gate: () => Pick<Gate, 'isAuthEnabled'>): Route =>
  defineRoute({
    method: 'GET',
    path: '/auth/capabilities',
    access: 'public',
    summary: 'Whether a token is needed, and who the caller is',
    response: z.object({
      enabled: z.boolean(),
      login: z.null(),
      user: z.object(userMembers).optional(),
      capabilities: z.record(z.string(), z.boolean()).optional(),
      access: z.object(accessMembers).optional(),
    }),
    async handler(input) {
      if (!gate().isAuthEnabled) return { enabled: false, login: null }
      const principal = await input.identify()
      const known = principal && {
        user: viewUser(principal),
        capabilities: CAPABILITIES,
        access: viewAccess(principal),
      }
      return { enabled: true, login: null, ...known }
    },
  })

const me = (gate: () => Pick<Gate, 'isAuthEnabled'>): Route =>
  defineRoute({
    method: 'GET',
    path: '/auth/me',
    access: 'public',
    summary: 'Who the caller is; null without a good token',
    response: z
      .object({
        ...userMembers,
        ...accessMembers,
        subject: z.string(),
        issuer: z.string(),
        resourceId: z.string().meta({ description: 'The owner of what the caller stores.' }),
        ignoredGrants: z
          .array(z.string())
          .meta({ description: 'Roles and scopes of the token that grant nothing here.' }),
        expiresAt: z.iso
          .datetime()
          .optional()
          .meta({ description: 'Absent for a token that never expires.' }),
      })
      .nullable(),
    async handler(input) {
      const principal = gate().isAuthEnabled ? await input.identify() : undefined
      if (principal === undefined) return null
      const { subject, issuer, resourceId, ignoredGrants, expiresAt } = principal
      return {
        ...viewUser(principal),
        ...viewAccess(principal),
        subject,
        issuer,
        resourceId,
        ignoredGrants,
        expiresAt: isoTime(expiresAt ?? NaN),
      }
    },
  })

/** Who the caller is. Public, because a client asks before it has a token. */
export const authRoutes = (gate: () => Pick<Gate, 'isAuthEnabled'>): readonly Route[] => [
  capabilities(gate),
  me(gate),
]
