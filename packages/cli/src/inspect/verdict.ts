import {
  AuthError,
  createPrincipal,
  DEFAULT_ROLES,
  type Explanation,
  type Principal,
  type RoleTable,
} from '@signet/auth'
import type { JwtProvider } from '../jwt-provider.js'

/** What an accepted token grants here, by the roles of the application. */
export interface GrantsInForce {
  readonly permissions: readonly string[]
  /** Roles and scopes that are not known here, and grant nothing. */
  readonly ignored: readonly string[]
}

/** What a provider said of a token. */
export interface Judgement extends Omit<Explanation, 'accepted'> {
  readonly result: 'accepted' | 'refused'
  /** Who said it. */
  readonly by: string
  /** The environment that its rules are for, such as `development`. */
  readonly environment: string
  readonly inForce?: GrantsInForce
}

/** Nobody said anything of the token. */
export interface NoJudgement {
  readonly result: 'not verified'
  readonly reason: string
}

/** What is known of whether a token is good. */
export type Verdict = Judgement | NoJudgement

/** Says that nothing was verified, and why. */
export function notVerified(reason: string): NoJudgement {
  return { result: 'not verified', reason }
}

async function principalOf(
  token: string,
  provider: JwtProvider,
  roles: RoleTable,
): Promise<Principal> {
  const claims = await provider.authenticateToken(token)
  const access = provider.accessOf(claims)
  return createPrincipal(claims, {
    roles: access.roles ?? roles,
    grants: access.grants,
    defaultRole: provider.defaultRoleOf(claims),
  })
}

/**
 * Asks a provider what it says of a token, and of one that it accepts what that grants.
 *
 * @param by - who the provider is, in words
 * @param roles - the role table in force
 */
export async function judge(
  token: string,
  provider: JwtProvider,
  by: string,
  roles: RoleTable = DEFAULT_ROLES,
): Promise<Judgement> {
  const { accepted, ...explanation } = await provider.explainToken(token)
  const environment = process.env['NODE_ENV'] ?? ''
  const common = { by, environment, ...explanation }
  if (!accepted) return { result: 'refused', ...common }
  try {
    const { permissions, ignoredGrants } = await principalOf(token, provider, roles)
    const inForce = { permissions: permissions.granted, ignored: ignoredGrants }
    return { result: 'accepted', ...common, inForce }
  } catch (error) {
    if (!AuthError.isInstance(error)) throw error
    const { code, message: reason } = error
    const remedy = 'The token verifies, but the application refuses it: look at its provider.'
    return { result: 'refused', ...common, code, reason, remedy }
  }
}
