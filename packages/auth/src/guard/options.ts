import { parseGrant, type Permission } from '../access/permission.js'
import { checkRoleTable, DEFAULT_ROLES, freezeRoleTable, type RoleTable } from '../access/role.js'
import { readPublicUrl } from '../bearer/resource-metadata.js'
import type { ProofContext } from '../dpop/proof-request.js'
import { ConfigurationError } from '../error.js'
import { asList } from '../lib/as-list.js'
import { isJsonObject } from '../lib/object.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import { checkFunctions, refuseUndefined } from '../provider/option-checks.js'

/**
 * What a request needs: a good token (`'authenticated'`), a permission such as `'agents:read'` or
 * `'agents:execute:assistant'`, or all of several permissions.
 */
export type GuardAccess = 'authenticated' | Permission | readonly Permission[]

/** A request that was not let in. */
export interface GuardRefusal {
  readonly request: Request
  /** As the response names it in its body and in `x-request-id`. */
  readonly requestId: string
  /** The HTTP status of the response. */
  readonly status: number
  /**
   * Why: an `AuthError`, whose message is for the log of the operator; anything else is a fault of the provider or of
   * `access`, and its client is told 500 `internal` and nothing more.
   */
  readonly error: unknown
}

/** What a guard asks of those who call. */
export interface GuardOptions {
  /**
   * Roles and what each one grants, beside `DEFAULT_ROLES`, as `server.access.roles` of a server. An issuer with a table of
   * its own has that table. Default: `DEFAULT_ROLES`.
   */
  readonly roles?: RoleTable | undefined
  /**
   * What a request needs, or a function that says so of each request: synchronous, and asked only of requests with a good
   * token. Default: `'authenticated'`.
   */
  readonly access?: GuardAccess | ((request: Request) => GuardAccess) | undefined
  /**
   * The URL by which clients reach what is guarded, such as `https://api.example.com/agents`: challenges then name where
   * the metadata of the resource stands (RFC 9728 section 5.1), and DPoP proofs must be for a URL below it. Default: challenges do
   * not, and proofs must be for the URL of the request, whose host the client names.
   */
  readonly publicUrl?: string | undefined
  /**
   * Is told of each request that is not let in, for the log. What it throws changes nothing. Default: what has a status of
   * 500 or more is written to `console.error`.
   */
  readonly onRefusal?: ((refusal: GuardRefusal) => void) | undefined
}

const SERVED: OptionNames<GuardOptions> = {
  roles: true,
  access: true,
  publicUrl: true,
  onRefusal: true,
}

const REMEDY =
  "Write 'authenticated', a permission such as 'agents:read' or 'agents:execute:assistant', a list of permissions that is not empty, or a function of the request that returns one of these. What needs no token needs no guard."

/** What a guard goes by. */
export interface GuardRules {
  readonly roles: RoleTable
  readonly resourceMetadata: string | undefined
  /** What DPoP proofs are checked with. */
  readonly proof: ProofContext
  /** Tells of a refusal. Never throws. */
  readonly onRefusal: (refusal: GuardRefusal) => void
  /**
   * The permissions that a request needs.
   * @throws {ConfigurationError} `option_invalid` where the function of the application returns none of what it may
   * @throws what that function throws
   */
  permissionsFor(request: Request): readonly Permission[]
}

function isPermission(text: unknown): text is Permission {
  return typeof text === 'string' && !text.includes('*') && parseGrant(text) !== undefined
}

/** @throws {ConfigurationError} `option_invalid` */
function readAccess(access: unknown, what: string): readonly Permission[] {
  if (access === 'authenticated') return []
  // A copy, because a hole is not looked at.
  const list: readonly unknown[] = Array.from(asList(access))
  if (list.length > 0 && list.every(isPermission)) return list
  // Without this, the failure of a promise would end the process.
  if (access instanceof Promise) access.catch(() => undefined)
  throw new ConfigurationError('option_invalid', `${what} names no access. ${REMEDY}`)
}

function accessReader(
  access: GuardOptions['access'] = 'authenticated',
): GuardRules['permissionsFor'] {
  if (typeof access === 'function') {
    return (request) => readAccess(access(request), 'The function of the option access')
  }
  const permissions = Object.freeze([...readAccess(access, 'The option access')])
  return () => permissions
}

function readRoles(roles: RoleTable | undefined): RoleTable {
  if (roles === undefined) return DEFAULT_ROLES
  checkRoleTable(roles)
  if (Object.keys(roles).length > 0) return freezeRoleTable({ ...DEFAULT_ROLES, ...roles })
  throw new ConfigurationError(
    'option_invalid',
    'The option roles has no role. Give it one, or leave it out.',
  )
}

function reportFault({ requestId, status, error }: GuardRefusal): void {
  if (status < 500) return
  console.error(`The guard of @signet/auth: the request ${requestId} could not be judged.`, error)
}

/** Whoever is told of a refusal does not change it. */
function teller(tell: GuardRules['onRefusal'] = reportFault): GuardRules['onRefusal'] {
  return (refusal) => {
    try {
      tell(refusal)
    } catch {
      // The response is the same.
    }
  }
}

/**
 * @param given - of which none may be given: undefined, and null
 * @param where - whose options they are
 * @throws {OptionsError} `option_unknown`
 * @throws {ConfigurationError} `option_invalid` for an option without a value, or with one that it cannot have
 */
export function readGuardOptions(given: unknown, where = 'requireBearer'): GuardRules {
  if (given !== undefined && given !== null && !isJsonObject(given)) {
    throw new ConfigurationError(
      'option_invalid',
      `The options of ${where} must be an object. Write one with its options, such as { access: 'agents:read' }, or leave it out.`,
    )
  }
  const options = readOptions<GuardOptions>(given)
  refuseUnknown(where, options, SERVED)
  refuseUndefined(options, ['roles', 'access', 'publicUrl', 'onRefusal'])
  checkFunctions(options, ['onRefusal'])
  const { roles, access, publicUrl, onRefusal } = options
  return {
    roles: readRoles(roles),
    resourceMetadata: publicUrl === undefined ? undefined : readPublicUrl(publicUrl).metadataUrl,
    proof: { publicUrl },
    onRefusal: teller(onRefusal),
    permissionsFor: accessReader(access),
  }
}
