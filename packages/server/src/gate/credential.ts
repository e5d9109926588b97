import {
  AuthError,
  type ApiKeyAuth,
  type AuthProvider,
  type AuthRequest,
  type Principal,
  type RevocableToken,
  type RoleTable,
} from '@signet/auth'
import {
  admitToken,
  admitUser,
  authenticateUser,
  judgeMaker,
  looksLikeApiKey,
  refuseUnproven,
  rememberMaker,
  revocableOf,
  tokenDigest,
  type KeyMaker,
} from '@signet/auth/internal'

/** API keys as the gate takes them. */
export interface ApiKeyEntrance {
  readonly auth: ApiKeyAuth
  /** Writes down, beside the request, that a key is used now. */
  noteUse(id: string): void
}

/** Who would make a key, and who they would be when it is used now. */
export interface AdmittedMaker {
  readonly maker: KeyMaker
  readonly principal: Principal
  /** When the request was let in, in milliseconds since 1970: what is revoked since counts for the key. */
  readonly admittedAt: number
}

/** The same, whose token was found good by all that had been revoked when they were asked for. */
export interface JudgedMaker extends AdmittedMaker {
  /**
   * To be called once the key is kept, and before anybody is told of it.
   * @throws {TokenError} `token_revoked` where the maker's token was revoked meanwhile
   * @throws {RequestError} `storage_unavailable` where that is not known
   */
  confirm(): Promise<void>
}

/** Who a token belongs to, before it is asked whether it is revoked. */
export interface Admitted {
  readonly principal: Principal
  /** What ends it, when it is revoked: the token, and of an API key also its maker. */
  readonly revocable: readonly RevocableToken[]
  /** The digest of their API key; undefined for a token. */
  readonly keyDigest: string | undefined
  /**
   * The caller as the maker of an API key.
   * @throws {AuthError} `access_denied` for one who can make none
   */
  maker(): Promise<AdmittedMaker>
  /** To be called once the token has let its caller in. */
  noteUse(): void
}

/** What the token of a principal can be revoked by. */
function revocableToken(principal: Principal, token: string): RevocableToken {
  let digest: string | undefined
  return revocableOf(principal.claims, () => (digest ??= tokenDigest(token)), principal)
}

/**
 * Admits the bearer of an API key.
 * @throws {AuthError} the refusal of the key
 * @throws an error of the store
 */
async function admitKey(
  { auth, noteUse }: ApiKeyEntrance,
  key: string,
  request: AuthRequest,
  roles: RoleTable,
): Promise<Admitted> {
  const user = await authenticateUser(auth, key, request)
  const principal = await admitUser(auth, user, request, roles)
  return {
    principal,
    revocable: auth.revocableOf(user),
    keyDigest: auth.digestOf(user),
    async maker() {
      throw new AuthError('access_denied', 'An API key cannot make API keys.')
    },
    noteUse: () => noteUse(auth.idOf(user)),
  }
}

/** By what a token is judged. */
export interface TokenJudge {
  readonly provider: AuthProvider
  /** The role table in force. */
  readonly roles: RoleTable
  /** Default: there are none, and a token that looks like a key is the provider's to judge. */
  readonly apiKeys?: ApiKeyEntrance | undefined
}

/** The keys, where a token is theirs: it reaches them or the provider, and never both. */
export function keysFor(token: string, { apiKeys }: TokenJudge): ApiKeyEntrance | undefined {
  return looksLikeApiKey(token) ? apiKeys : undefined
}

/**
 * Admits the bearer of a token or an API key.
 * @throws {AuthError} what `admitToken` throws, or the refusal of the key
 * @throws an error of the store
 */
export async function admitBearer(
  judge: TokenJudge,
  token: string,
  request: AuthRequest,
): Promise<Admitted> {
  const { provider, roles } = judge
  const keys = keysFor(token, judge)
  if (keys !== undefined) {
    refuseUnproven(provider.tokenHeader, request)
    return admitKey(keys, token, request, roles)
  }
  const admittedAt = Date.now()
  const { user, principal } = await admitToken(provider, token, request, roles)
  return {
    principal,
    revocable: [revocableToken(principal, token)],
    keyDigest: undefined,
    async maker() {
      const maker = rememberMaker(provider, user, token)
      const principal = await judgeMaker(maker, { provider, roles }, request)
      return { maker, principal, admittedAt }
    },
    noteUse() {},
  }
}
