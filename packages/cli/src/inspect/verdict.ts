import { DEFAULT_ROLES, type AuthProvider, type Explanation, type RoleTable } from '@signet/auth'
import { explainBearer, isApiKey, requestOfBearer } from '@signet/auth/internal'
import { advise } from '@signet/auth/advice'

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

/** What was given is not a token of any kind. */
export interface NoToken extends Pick<Explanation, 'found' | 'expected' | 'command'> {
  readonly result: 'refused'
  readonly code: string
  readonly reason: string
  readonly remedy: string
}

/** What is known of whether a token is good. */
export type Verdict = Judgement | NoJudgement

/** Says that nothing was verified, and why. */
export function notVerified(reason: string): NoJudgement {
  return { result: 'not verified', reason }
}

/**
 * Asks a provider what it says of a token, and of one that it accepts what that grants.
 *
 * @param describe - puts the name of whoever said it into words
 * @param roles - the role table in force
 * @throws any error of the provider that is not a refusal
 */
export async function judge(
  token: string,
  provider: AuthProvider,
  describe: (name: string) => string,
  roles: RoleTable = DEFAULT_ROLES,
): Promise<Judgement> {
  const request = requestOfBearer(token, new Request('http://localhost/'))
  const said = await explainBearer(provider, token, { request, roles })
  const { accepted, principal, by, ...explanation } = said
  const environment = process.env['NODE_ENV'] ?? ''
  const common = { by: describe(by), environment, ...explanation }
  if (principal === undefined) return { result: accepted ? 'accepted' : 'refused', ...common }
  const { permissions, ignoredGrants } = principal
  const inForce = { permissions: permissions.granted, ignored: ignoredGrants }
  return { result: 'accepted', ...common, inForce }
}

/** What can be said of an API key without the store of a server: whether it is spelt as one is. */
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
