import type { IssuerDescription, RoleTable } from '@signet/auth'
import { orOk, type Finding } from './finding.js'
import { ofIssuer } from './issuer-name.js'
import type { Served } from './served.js'

const CHECK = 'roles'

function warn(what: string, why: string, remedy: string): Finding {
  return { check: CHECK, level: 'warning', what, why, remedy }
}

/** Why a grant covers nothing; undefined for one that may cover something. */
type WhyDead = (grant: string) => string | undefined

/** Reports grants that cover nothing. */
function checkGrants(grants: readonly string[], whose: string, whyDead: WhyDead): Finding[] {
  if (grants.length === 0) {
    return [
      warn(`${whose} grants nothing.`, 'Its list is empty.', 'Give it permissions, or remove it.'),
    ]
  }
  const dead = grants.flatMap((grant) => whyDead(grant) ?? [])
  return dead.map((why) =>
    warn(
      `${whose} has a permission that grants nothing.`,
      `${why}.`,
      'Write the id of an agent or a tool of this application, or leave the id out.',
    ),
  )
}

function checkTable(roles: RoleTable, whose: string, whyDead: WhyDead): Finding[] {
  return Object.entries(roles).flatMap(([role, grants]) =>
    checkGrants(grants, `The role ${JSON.stringify(role)}${whose}`, whyDead),
  )
}

function checkDefault(role: string | undefined, roles: RoleTable, whose: string): Finding[] {
  if (role === undefined || Object.hasOwn(roles, role)) return []
  return [
    warn(
      `The default role ${JSON.stringify(role)}${whose} does not exist.`,
      'A token without a role and a scope is granted nothing.',
      `Set defaultRole to one of ${Object.keys(roles).join(', ')}, or to null.`,
    ),
  ]
}

function checkIssuer(issuer: IssuerDescription, roles: RoleTable, whyDead: WhyDead): Finding[] {
  const whose = ofIssuer(issuer)
  return [
    ...(issuer.roles === undefined ? [] : checkTable(issuer.roles, whose, whyDead)),
    ...(issuer.grants === undefined
      ? []
      : checkGrants(issuer.grants, `The option grants${whose}`, whyDead)),
    ...checkDefault(issuer.defaultRole, issuer.roles ?? roles, whose),
  ]
}

/**
 * Reports roles and grants that allow nothing.
 * @param whyDead - default: each permission may cover something
 */
export function checkRoles(
  { auth, provider, roles }: Pick<Served, 'auth' | 'provider' | 'roles'>,
  whyDead: WhyDead = () => undefined,
): readonly Finding[] {
  const { issuers } = provider?.describe() ?? { issuers: [] }
  const isOther = auth !== false && provider === undefined
  const findings = [
    ...checkTable(roles, '', whyDead),
    ...issuers.flatMap((issuer) => checkIssuer(issuer, roles, whyDead)),
    ...(isOther ? checkDefault(auth.defaultRole, roles, '') : []),
  ]
  return orOk(findings, CHECK, 'Every role and every permission grants something.')
}
