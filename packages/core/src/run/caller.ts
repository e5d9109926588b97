import { AuthError, type Permission, type Principal } from '@signet/auth'
import { isOutage } from '@signet/auth/internal'
import { ownerKey } from '../memory/owner.js'
import { credentialOf, RequestContext } from '../request-context.js'
import type { RunJson } from './run-storage.js'

/** A caller as a run keeps them, so that they can be judged again without a request. */
type StoredCaller =
  /** The application itself, which may do everything. */
  | { readonly by: 'application' }
  /** Nobody vouches for them without their request. */
  | { readonly by: 'request' }
  | {
      readonly by: 'principal'
      /** The key of what they own. */
      readonly owner: string
      /** As `RunCredential` has it. */
      readonly record: RunJson
      /** What they had to be allowed. Default: nothing. */
      readonly permission?: Permission | undefined
      /** When they last asked, in milliseconds since 1970. */
      readonly seenAt: number
    }

/** Who a run goes on as, judged by what is in force now. */
export interface JudgedCaller {
  readonly principal: Principal
  /** Whether what they asked with has been revoked, as far as is known: asked again while a leg works. */
  isRevoked(): boolean
}

/**
 * Judges a caller by what is in force now, from what `RunCredential.record` gave.
 * @throws {AuthError} where they are refused; any other error says that it is not known now
 */
export type JudgeCaller = (record: RunJson) => Promise<JudgedCaller>

/** Why a run does not go on as its caller. The message may be told to its owner. */
export class CallerRefusal extends Error {
  override readonly name = 'CallerRefusal'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** For how long a run goes on without a request of its caller, in milliseconds: 30 days. */
const MAX_UNSEEN_MS = 30 * 86_400_000

/**
 * Who asks, as a run keeps it.
 * @param permission - what they must still be allowed when it goes on, where they are now
 * @throws what `RunCredential.record` throws
 */
export async function storeCaller(
  context: RequestContext,
  permission: Permission,
): Promise<RunJson> {
  const { principal } = context
  if (principal === undefined) {
    return { by: context.isStranger ? 'request' : 'application' } satisfies StoredCaller
  }
  const record = await credentialOf(context)?.record()
  if (record === undefined) return { by: 'request' } satisfies StoredCaller
  return {
    by: 'principal',
    owner: ownerKey(principal),
    record,
    ...(context.allows(permission) && { permission }),
    seenAt: Date.now(),
  } satisfies StoredCaller
}

function readCaller(stored: RunJson | undefined): StoredCaller {
  const { by, owner, record, permission, seenAt } = stored ?? {}
  if (by === 'application') return { by }
  const isRecord = typeof record === 'object' && record !== null && !Array.isArray(record)
  if (by !== 'principal' || typeof owner !== 'string' || !isRecord) return { by: 'request' }
  return {
    by,
    owner,
    record: record as RunJson,
    permission: typeof permission === 'string' ? (permission as Permission) : undefined,
    seenAt: Number(seenAt),
  }
}

async function judgeNow(record: RunJson, judge: JudgeCaller): Promise<JudgedCaller> {
  try {
    return await judge(record)
  } catch (cause) {
    if (!AuthError.isInstance(cause) || isOutage(cause)) throw cause
    const message = 'Who asked for the run is not let in any more.'
    throw new CallerRefusal(cause.code, message, { cause })
  }
}

/**
 * Judges who a run goes on as, where there is no request.
 * @returns undefined for the application itself
 * @throws {CallerRefusal} where the run may not go on
 * @throws what else `judge` throws: then it is not known now
 */
export async function judgeStored(
  stored: RunJson | undefined,
  judge: JudgeCaller,
): Promise<JudgedCaller | undefined> {
  const caller = readCaller(stored)
  if (caller.by === 'application') return undefined
  if (caller.by === 'request') {
    throw new CallerRefusal(
      'caller_unknown',
      'Nobody vouches for who asked for the run, so it goes on by a request alone.',
    )
  }
  if (!(Date.now() - caller.seenAt < MAX_UNSEEN_MS)) {
    throw new CallerRefusal('caller_unseen', 'Who asked for the run has not asked for 30 days.')
  }
  const judged = await judgeNow(caller.record, judge)
  if (ownerKey(judged.principal) !== caller.owner) {
    throw new CallerRefusal('access_denied', 'Who asked for the run does not own it any more.')
  }
  const { permission } = caller
  if (permission !== undefined && !judged.principal.permissions.allows(permission)) {
    throw new CallerRefusal('scope_insufficient', `Who asked for the run has lost ${permission}.`)
  }
  return judged
}
