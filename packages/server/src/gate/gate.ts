import {
  AuthError,
  TokenError,
  type AuthProvider,
  type Permission,
  type Principal,
  type ProofContext,
  type RoleTable,
} from '@signet/auth'
import {
  admitUser,
  anonymousPrincipal,
  authenticateUser,
  comparesContent,
  contentDigestOf,
  issuerOf,
  readCredential,
  requirePermissions,
  subjectOfUser,
  tokenHeaderOf,
  withoutProof,
} from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import {
  admitBearer,
  keysFor,
  type AdmittedMaker,
  type ApiKeyEntrance,
  type JudgedMaker,
  type TokenJudge,
} from './credential.js'
import { nobodyAsks, toAuthRequest } from './auth-request.js'
import {
  recallCaller,
  refuseKnown,
  rememberAnyone,
  rememberBearer,
  rememberKey,
  type CallerRecord,
  type RecalledCaller,
  type RememberedCaller,
} from './remembered.js'
import type { Incoming } from '../http/incoming.js'
import type { Revocations } from '../revocation/revocations.js'

/** Who calls, by a good token. */
export interface Caller {
  readonly principal: Principal
  /** The SHA-256 in base64 that the body must have, where the proof of the token names one: to be compared before anything is done. */
  readonly contentDigest?: string | undefined
  /** Whether the token is revoked, as far as is known by now: asked again while a long answer runs. */
  isRevoked(): boolean
  /**
   * The caller as the maker of an API key.
   * @throws {AuthError} `access_denied` for one who can make none
   */
  maker(): Promise<JudgedMaker>
  /**
   * The caller, as it takes to judge them again without their token.
   * @throws {AuthError} `access_denied` for one whom nobody could judge
   */
  remember(): Promise<RememberedCaller>
}

/** Whose a token is, and when it ends. */
export interface KnownToken {
  readonly issuer: string
  readonly subject: string
  /**
   * When nobody gets in with it any more, in seconds since 1970; undefined where it never ends, or its provider does
   * not say when.
   */
  readonly expiry: number | undefined
  /** Who bears it, as the application says now; undefined where it does not let them in. */
  readonly principal: Principal | undefined
}

/** The one door: who calls, and may they. It asks `@signet/auth` and holds no policy of its own. */
export interface Gate {
  /** Whether callers are told apart: false only where the server is open by choice. */
  readonly isAuthEnabled: boolean
  /**
   * The token of a request, from the one header that is read.
   * @throws {AuthError} where there is none, or more than one
   */
  credentialOf(request: Incoming): string
  /**
   * @throws {AuthError} where there is no good credential. Reads nothing of the body.
   * @throws {RequestError} `storage_unavailable` where it is not known what has been revoked
   */
  authenticate(request: Incoming): Promise<Caller>
  /** What is known of a token that verifies, whether or not it lets anyone in. Undefined for any other. */
  knownToken(token: string, request: Incoming): Promise<KnownToken | undefined>
  /**
   * Somebody whom `remember` wrote down, judged by what is in force now. When their token ends does not count, when their API key
   * does.
   * @throws {AuthError} who is not let in any more
   * @throws {RequestError} `storage_unavailable` where it is not known what has been revoked
   */
  recall(record: CallerRecord): Promise<RecalledCaller>
  /** @throws {ScopeError} with every permission that is missing */
  authorize(principal: Principal, permissions: readonly Permission[]): void
}

/** How many subjects are remembered, so that the warning about one is not repeated. */
const MAX_REMEMBERED = 1000

/** Warns once of each subject whose token never expires. */
function createExpiryWarning(logger: Logger): (principal: Principal) => void {
  const warned = new Set<string>()
  return ({ subject, expiresAt }) => {
    if (expiresAt !== undefined || warned.has(subject) || warned.size >= MAX_REMEMBERED) return
    warned.add(subject)
    logger.warn(
      'A token never expires, so anyone who finds it can use it for ever. Give it the claim exp.',
      {
        subject,
      },
    )
  }
}

/** What a gate stands on. */
export interface GateOptions {
  /** Who may call; `false` lets everyone in as one principal, `anonymous`. */
  readonly provider: AuthProvider | false
  /** The role table in force. */
  readonly roles: RoleTable
  /** What has been revoked, whichever provider it came from; asked on every request. */
  readonly revocations: Pick<Revocations, 'isRevoked' | 'untilCurrent' | 'readOn'>
  /** Default: there are none, and a token that looks like a key is the provider's to judge. */
  readonly apiKeys?: ApiKeyEntrance | undefined
  /** What DPoP proofs are checked with. Default: what the request says, and the memory of the provider. */
  readonly proof?: ProofContext | undefined
  readonly logger: Logger
}

/** Makes the gate. */
export function createGate(options: GateOptions): Gate {
  const { provider, roles, revocations, apiKeys, proof, logger } = options
  if (provider === false) {
    const anonymous: Caller = {
      principal: anonymousPrincipal(roles),
      isRevoked: () => false,
      async maker() {
        throw new AuthError('access_denied', 'A server with auth: false cannot make API keys.')
      },
      remember: async () => rememberAnyone(anonymous.principal),
    }
    return {
      isAuthEnabled: false,
      credentialOf() {
        throw new TokenError('token_missing', 'A server with auth: false reads no tokens.')
      },
      authenticate: async () => anonymous,
      knownToken: async () => undefined,
      async recall(record) {
        refuseKnown(record)
        return anonymous
      },
      authorize: requirePermissions,
    }
  }
  /** Judges a token by all that has been revoked by now: what its bearer makes may last. */
  async function judgeAgain(
    maker: () => Promise<AdmittedMaker>,
    refuseRevoked: () => void,
  ): Promise<JudgedMaker> {
    const admitted = await maker()
    const judgedUpTo = await revocations.readOn()
    refuseRevoked()
    return {
      ...admitted,
      maker: { ...admitted.maker, ...(judgedUpTo !== undefined && { judgedUpTo }) },
      async confirm() {
        await revocations.readOn()
        refuseRevoked()
      },
    }
  }

  const warnOfExpiry = createExpiryWarning(logger)
  const judge: TokenJudge = { provider, roles, apiKeys }
  const tokenHeader = tokenHeaderOf(provider)
  const credentialOf = (request: Incoming) =>
    readCredential(
      { header: (name) => request.header(name), method: request.method, query: request.query },
      tokenHeader,
    )

  return {
    isAuthEnabled: true,
    credentialOf,
    async authenticate(request) {
      const token = credentialOf(request)
      const asked = comparesContent(toAuthRequest(request, proof))
      const { principal, revocable, keyDigest, maker, noteUse } = await admitBearer(
        judge,
        token,
        asked,
      )
      const current = revocations.untilCurrent()
      if (current !== undefined) await current
      const isRevoked = () => revocable.some((each) => revocations.isRevoked(each))
      const refuseRevoked = () => {
        if (isRevoked()) throw new TokenError('token_revoked', 'The token was revoked.')
      }
      refuseRevoked()
      noteUse()
      warnOfExpiry(principal)
      return {
        principal,
        contentDigest: contentDigestOf(asked),
        isRevoked,
        maker: () => judgeAgain(maker, refuseRevoked),
        remember: async () =>
          keyDigest === undefined
            ? rememberBearer(await judgeAgain(maker, refuseRevoked))
            : rememberKey(keyDigest, principal),
      }
    },
    async recall(record) {
      const current = revocations.untilCurrent()
      if (current !== undefined) await current
      const { principal, revocable } = await recallCaller(judge, record, nobodyAsks())
      const isRevoked = () => revocable.some((each) => revocations.isRevoked(each))
      if (isRevoked()) throw new TokenError('token_revoked', 'The caller was revoked.')
      return { principal, isRevoked }
    },
    async knownToken(token, request) {
      const authority: AuthProvider = keysFor(token, judge)?.auth ?? provider
      // Asked about a token that somebody names, or that has shown its proof at the gate.
      const asked = withoutProof(toAuthRequest(request))
      try {
        const user = await authenticateUser(authority, token, asked)
        const expiry = authority.expiryOf?.(user)
        const admitted = admitUser(authority, user, nobodyAsks(), roles)
        const principal = await admitted.catch(() => undefined)
        return {
          issuer: issuerOf(user),
          subject: subjectOfUser(authority, user),
          expiry: typeof expiry === 'number' && Number.isFinite(expiry) ? expiry : undefined,
          principal,
        }
      } catch {
        // What does not verify says nothing.
        return undefined
      }
    },
    authorize: requirePermissions,
  }
}
