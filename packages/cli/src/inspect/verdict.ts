import {
  DEFAULT_ROLES,
  type Access,
  type AuthProvider,
  type Explanation,
  type Permissions,
  type RoleTable,
} from '@signet/auth'
import {
  explainBearer,
  isApiKey,
  judgeAccess,
  requestOfBearer,
  tokenHeaderOf,
} from '@signet/auth/internal'
import { advise } from '@signet/auth/advice'

/** A route, and who may call it. */
export interface AskedRoute {
  readonly method: string
  readonly path: string
  readonly access: Access
}

/** A route that is open for a token. */
export interface RouteForToken extends Pick<AskedRoute, 'method' | 'path'> {
  /** The ids that the token is good for, by the parameter; without it, the token is good for all. */
  readonly ids?: Readonly<Record<string, readonly string[]>>
}

/** What an accepted token grants with the roles of the application. */
export interface GrantsInForce {
  readonly permissions: readonly string[]
  /** Unknown roles and scopes, which grant nothing. */
  readonly ignored: readonly string[]
  /** The routes that the token is good for, and how many there are; only where the routes were given. */
  readonly routes?: { readonly total: number; readonly open: readonly RouteForToken[] }
}

/** The verdict of a provider on a token. */
export interface Judgement extends Omit<Explanation, 'accepted'> {
  readonly result: 'accepted' | 'refused'
  /** The provider that gave the verdict. */
  readonly by: string
  /** The environment that its rules are for, such as `development`. */
  readonly environment: string
  readonly inForce?: GrantsInForce
}

/** No provider verified the token. */
export interface NoJudgement {
  readonly result: 'not verified'
  readonly reason: string
}

/** The text is not a token of any kind. */
export interface NoToken extends Pick<Explanation, 'found' | 'expected' | 'command'> {
  readonly result: 'refused'
  readonly code: string
  readonly reason: string
  readonly remedy: string
}

/** Whether a token is valid, as far as it is known. */
export type Verdict = Judgement | NoJudgement

/** A verdict that says why the token was not verified. */
export function notVerified(reason: string): NoJudgement {
  return { result: 'not verified', reason }
}

function openRoutes(
  routes: readonly AskedRoute[],
  permissions: Permissions,
): GrantsInForce['routes'] {
  const open = routes.flatMap(({ method, path, access }): readonly RouteForToken[] => {
    const { allowed, ids } = judgeAccess(access, permissions)
    if (allowed === 'no') return []
    return [{ method, path, ...(allowed === 'some' && { ids }) }]
  })
  return { total: routes.length, open }
}

/**
 * Asks a provider whether it accepts a token, and what an accepted token grants.
 *
 * @param describe - puts the name of whoever said it into words
 * @param roles - the role table in force
 * @param routes - which of them are open for the token is told, too. Default: that is not told
 * @throws any error of the provider that is not a refusal
 */
export async function judge(
  token: string,
  provider: AuthProvider,
  describe: (name: string) => string,
  roles: RoleTable = DEFAULT_ROLES,
  routes?: readonly AskedRoute[],
): Promise<Judgement> {
  const request = requestOfBearer(token, new Request('http://localhost/'), tokenHeaderOf(provider))
  const said = await explainBearer(provider, token, { request, roles })
  const { accepted, principal, by, ...explanation } = said
  const environment = process.env['NODE_ENV'] ?? ''
  const common = { by: describe(by), environment, ...explanation }
  if (principal === undefined) return { result: accepted ? 'accepted' : 'refused', ...common }
  const { permissions, ignoredGrants } = principal
  const inForce = {
    permissions: permissions.granted,
    ignored: ignoredGrants,
    ...(routes !== undefined && { routes: openRoutes(routes, permissions) }),
  }
  return { result: 'accepted', ...common, inForce }
}

/** Checks the form of an API key. Without the store of its server, nothing else can be checked. */
export function judgeApiKey(key: string): Verdict | NoToken {
  if (isApiKey(key)) {
    return notVerified(
      'It has the form of an API key. Only its server knows whether it is valid and what it grants: POST /api/auth/explain. To list the API keys, run: npx signet keys list',
    )
  }
  const { cause, ...advice } = advise({
    code: 'token_malformed',
    token: key,
    now: Date.now() / 1000,
  })
  return { result: 'refused', code: 'token_malformed', reason: cause, ...advice }
}
