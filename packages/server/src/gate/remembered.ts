import { AuthError, type AuthRequest, type Principal, type RevocableToken } from '@signet/auth'
import {
  admitUser,
  isObject,
  judgeMaker,
  revocableOfMaker,
  type MadeBy,
} from '@signet/auth/internal'
import type { JudgedMaker, TokenJudge } from './credential.js'

/** What is written down of a caller. Plain JSON, without a token or a key. */
export type CallerRecord = Readonly<Record<string, unknown>>

/** Who calls, as it takes to judge them again without their token. */
export interface RememberedCaller {
  readonly record: CallerRecord
  /** Who they are when they are judged so: they may have less than by their token. */
  readonly principal: Principal
  /**
   * To be called once the record is kept.
   * @throws {TokenError} `token_revoked` where the token was revoked meanwhile
   * @throws {RequestError} `storage_unavailable` where that is not known
   */
  confirm(): Promise<void>
}

/** Somebody who was remembered, as what is in force now judges them. */
export interface RecalledCaller {
  readonly principal: Principal
  /** Whether what they were let in by is revoked, as far as is known by now. */
  isRevoked(): boolean
}

/** How a caller was let in. */
const [BY_TOKEN, BY_KEY, BY_NOTHING] = ['token', 'api-key', 'nothing']

/** Writes down who calls an open server, where all are one. */
export function rememberAnyone(principal: Principal): RememberedCaller {
  return { record: { by: BY_NOTHING }, principal, confirm: async () => undefined }
}

/** Refuses, on an open server, whoever it was that once was told apart. @throws {AuthError} `access_denied` */
export function refuseKnown({ by }: CallerRecord): void {
  if (by === BY_NOTHING) return
  throw new AuthError('access_denied', 'A server with auth: false cannot judge the caller.')
}

/** Writes down who calls by an API key. @param digest - of the key */
export function rememberKey(digest: string, principal: Principal): RememberedCaller {
  return { record: { by: BY_KEY, key: digest }, principal, confirm: async () => undefined }
}

/** Writes down who calls by a token. */
export function rememberBearer({
  maker,
  principal,
  admittedAt,
  confirm,
}: JudgedMaker): RememberedCaller {
  const { issuer: makerIssuer, subject: makerSubject } = principal
  const madeBy: MadeBy = { maker, makerIssuer, makerSubject, createdAt: admittedAt }
  return { record: { by: BY_TOKEN, madeBy }, principal, confirm }
}

function readMadeBy(value: unknown): MadeBy {
  const maker: unknown = isObject(value) ? Reflect.get(value, 'maker') : undefined
  if (!isObject(value) || !isObject(maker)) {
    throw new AuthError('access_denied', 'What is stored does not say who the caller is.')
  }
  return {
    maker: { ...maker },
    makerIssuer: String(Reflect.get(value, 'makerIssuer')),
    makerSubject: String(Reflect.get(value, 'makerSubject')),
    createdAt: Number(Reflect.get(value, 'createdAt')),
  }
}

/**
 * Judges somebody who was remembered by what is in force now. When their token ends does not count, when their API key does.
 * @param request - what a provider sees in place of one: nobody asks just now
 * @throws {AuthError} who is not let in any more
 * @throws an error of the store
 */
export async function recallCaller(
  { provider, roles, apiKeys }: TokenJudge,
  record: CallerRecord,
  request: AuthRequest,
): Promise<{ readonly principal: Principal; readonly revocable: readonly RevocableToken[] }> {
  if (record['by'] !== BY_KEY) {
    const madeBy = readMadeBy(record['madeBy'])
    const principal = await judgeMaker(madeBy.maker, { provider, roles }, request)
    return { principal, revocable: revocableOfMaker(madeBy, principal) }
  }
  if (apiKeys === undefined) {
    throw new AuthError('access_denied', 'This server does not take API keys.')
  }
  const { auth } = apiKeys
  const user = await auth.recallKey(String(record['key']), request)
  const principal = await admitUser(auth, user, request, roles)
  apiKeys.noteUse(auth.idOf(user))
  return { principal, revocable: auth.revocableOf(user) }
}
