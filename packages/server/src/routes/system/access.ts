import { createPermissions, type Permissions, type Principal } from '@signet/auth'
import { parseGrant } from '@signet/auth/internal'
import { BOUNDS, type Mastra } from '@signet/core'
import { z } from 'zod'
import { accessMatrix, type JudgedRoute, type NamedThings } from './access-matrix.js'
import { RequestError } from '../../error/error.js'
import { defineRoute, type Route } from '../../route/route.js'
import { rolesOf } from '../../start/start-check.js'

const accessQuery = z.object({
  role: z
    .string()
    .max(BOUNDS.roleCharacters.limit)
    .optional()
    .meta({ description: 'A role of the role table.', examples: ['member', 'owner'] }),
  permissions: z
    .string()
    .max(BOUNDS.scopeCharacters.limit)
    .optional()
    .meta({
      description:
        'Permissions with spaces between them. A text that is not a permission grants nothing.',
      examples: ['agents:execute tools:execute:get-weather'],
    }),
})

type AccessQuery = z.output<typeof accessQuery>

/** Whose permissions are looked at. */
interface Subject {
  readonly subject:
    | { readonly role: string }
    | { readonly permissions: string }
    | { readonly caller: string }
  readonly permissions: Permissions
  /** What was named and grants nothing. */
  readonly unknown: readonly string[]
}

type Caller = {
  readonly subject: string
  readonly permissions: Permissions
  readonly ignoredGrants: readonly string[]
}

function refuse(field: keyof AccessQuery, message: string): never {
  throw new RequestError('request_invalid', message, { issues: [{ field, message }] })
}

function readSubject(
  { role, permissions }: AccessQuery,
  roles: ReturnType<typeof rolesOf>,
  caller: Caller,
): Subject {
  if (role !== undefined && permissions !== undefined) {
    refuse('permissions', 'Send role or permissions, and not both.')
  }
  if (role !== undefined) {
    const grants = Object.hasOwn(roles, role) ? roles[role] : undefined
    if (grants === undefined) refuse('role', 'There is no such role in the role table.')
    return { subject: { role }, permissions: createPermissions(grants), unknown: [] }
  }
  if (permissions !== undefined) {
    const words = permissions.split(' ').filter((word) => word !== '')
    const unknown = words.filter((word) => parseGrant(word) === undefined)
    return { subject: { permissions }, permissions: createPermissions(words), unknown }
  }
  const { subject, permissions: held, ignoredGrants: unknown } = caller
  return { subject: { caller: subject }, permissions: held, unknown }
}

const actionVerdict = z.object({
  allowed: z.boolean(),
  missing: z.string().nullable(),
  reason: z.string(),
})

const matrix = z.object({
  subject: z.union([
    z.strictObject({ role: z.string() }),
    z.strictObject({ permissions: z.string() }),
    z.strictObject({ caller: z.string() }),
  ]),
  roles: z.record(z.string(), z.array(z.string())),
  unknown: z.array(z.string()),
  routes: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      summary: z.string(),
      access: z.enum(['public', 'authenticated', 'permission']),
      permissions: z.array(z.string()),
      allowed: z.enum(['yes', 'no', 'some']),
      missing: z.array(z.string()),
      reason: z.string(),
    }),
  ),
  agents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      actions: z.object({
        read: actionVerdict,
        execute: actionVerdict,
        write: actionVerdict,
      }),
      tools: z.array(z.string()),
    }),
  ),
  tools: z.array(
    z.object({
      id: z.string(),
      actions: z.object({ read: actionVerdict, execute: actionVerdict }),
    }),
  ),
  workflows: z
    .array(
      z.object({
        id: z.string(),
        actions: z.object({ read: actionVerdict, execute: actionVerdict }),
      }),
    )
    .optional(),
  unlisted: z
    .string()
    .optional()
    .meta({ description: 'Why agents and tools are not listed; absent where all are.' }),
})

/** What access is compared with. */
export interface AccessSource {
  routes(): readonly JudgedRoute[]
  /** @param input - of the request; its caller holds `system:read` */
  things(input: {
    readonly mastra: Mastra
    readonly principal: Principal
    readonly signal: AbortSignal
  }): NamedThings | Promise<NamedThings>
}

const access = (source: AccessSource): Route =>
  defineRoute({
    method: 'GET',
    path: '/system/access',
    access: 'system:read',
    summary:
      'What a role, permissions or the caller may do with each route, agent, tool and workflow, and why',
    query: accessQuery,
    response: matrix,
    async handler(input) {
      const roles = rolesOf(input.mastra)
      const { permissions, ...rest } = readSubject(input.query, roles, input.principal)
      const things = await source.things(input)
      return { ...rest, ...accessMatrix({ routes: source.routes(), things, roles, permissions }) }
    },
  })

/** Who may do what, for the operator. */
export const accessRoutes = (source: AccessSource): readonly Route[] => [access(source)]
