import type {
  NewRun,
  NewRunApproval,
  OpenRunStatus,
  RunApproval,
  RunEnd,
  RunFailure,
  RunPerson,
  RunRecord,
} from '@signet/core'
import type { Selectable } from 'kysely'
import { StorageError } from '../error.js'
import type { RunApprovalTable, RunTable } from '../schema.js'
import {
  checkCount,
  checkDigest,
  checkId,
  decodeObject,
  decodeText,
  encodeJson,
  encodeObject,
  encodeShortText,
} from '../database/value.js'

/** Of the JSON of a snapshot, a result or the arguments of a call, in characters. */
const MAX_JSON_CHARACTERS = 16 * 1024 * 1024
/** Of what is said of a caller: its token has 8 KiB. */
const MAX_TEXT_CHARACTERS = 65_536

/** Of the name of a step: less than an index of PostgreSQL takes. */
const MAX_STEP_NAME = 2000
const SAFE = /^[ -~]+$/

const KINDS: ReadonlySet<string> = new Set<RunRecord['kind']>(['agent', 'workflow'])
/** How runs stand that have not ended. */
export const OPEN: readonly OpenRunStatus[] = ['pending', 'waiting', 'running', 'suspended']
const OPEN_STATUSES: ReadonlySet<string> = new Set(OPEN)
const CLAIMABLE: ReadonlySet<string> = new Set(['pending', 'suspended'])
const ENDS: ReadonlySet<string> = new Set<RunEnd>(['success', 'failed', 'canceled', 'bailed'])
const STATUSES: ReadonlySet<string> = new Set([...OPEN_STATUSES, ...ENDS])
const STATES: ReadonlySet<string> = new Set<RunApproval['state']>([
  'waiting',
  'approved',
  'declined',
  'ended',
])

function isOneOf<Name extends string>(names: ReadonlySet<string>, text: string): text is Name {
  return names.has(text)
}

/** Refuses what is not one of these names. */
function checkName<Name extends string>(names: ReadonlySet<string>, text: string): Name {
  if (isOneOf<Name>(names, text)) return text
  throw new StorageError('value_invalid', `${JSON.stringify(text)} is not known.`)
}

/** Whether a run of this status has ended. */
export function hasEnded(status: string): boolean {
  return ENDS.has(status)
}

export function checkEnd(status: string): RunEnd {
  return checkName<RunEnd>(ENDS, status)
}

export function checkKind(kind: string): RunRecord['kind'] {
  return checkName<RunRecord['kind']>(KINDS, kind)
}

export function checkStatus(status: string): RunRecord['status'] {
  return checkName<RunRecord['status']>(STATUSES, status)
}

/** How a run stands that has not ended. */
export function checkOpen(status: string): OpenRunStatus {
  return checkName<OpenRunStatus>(OPEN_STATUSES, status)
}

/** How a run stands that is claimed. */
export function checkBeginning(status: string): 'pending' | 'suspended' {
  return checkName<'pending' | 'suspended'>(CLAIMABLE, status)
}

/** The name of a step, or the beginning of one. */
export function checkStep(name: string): string {
  const isLegal =
    typeof name === 'string' && name.length > 0 && name.length <= MAX_STEP_NAME && SAFE.test(name)
  if (isLegal) return name
  throw new StorageError(
    'value_invalid',
    `The name of a step has 1 to ${MAX_STEP_NAME} characters of ASCII, and no control characters.`,
  )
}

/** A time from now on, in milliseconds. */
export function checkTerm(ms: number): number {
  return checkCount(Math.ceil(ms), 'A term')
}

/** JSON text of any value. */
export function encodeValue(value: unknown): string {
  const json = encodeJson(value ?? null)
  if (json.length <= MAX_JSON_CHARACTERS) return json
  const message = `What is stored of a run has at most ${MAX_JSON_CHARACTERS} characters of JSON.`
  throw new StorageError('value_invalid', message)
}

/** JSON text of an object, or null for none. */
export function encodeMembers(value: Readonly<Record<string, unknown>> | undefined): string | null {
  const json = encodeObject(value)
  return json === null ? null : encodeValue(value)
}

export function encodeFailure(failure: RunFailure | undefined): string | null {
  if (failure === undefined) return null
  return JSON.stringify({ code: String(failure.code), message: String(failure.message) })
}

function decodeFailure(json: string | null): RunFailure | undefined {
  if (json === null) return undefined
  const { code, message } = decodeObject(json)
  return { code: String(code), message: String(message) }
}

/** JSON text of who somebody is. */
export function encodePerson({ issuer, subject }: RunPerson): string {
  encodeShortText(issuer, 'The issuer', MAX_TEXT_CHARACTERS)
  encodeShortText(subject, 'The subject', MAX_TEXT_CHARACTERS)
  return JSON.stringify({ issuer, subject })
}

function decodePerson(json: string): RunPerson {
  const { issuer, subject } = decodeObject(json)
  return { issuer: String(issuer), subject: String(subject) }
}

/** The owner as the wire shows it. */
export function encodeResource(resourceId: string): string {
  return encodeShortText(resourceId, 'The owner', MAX_TEXT_CHARACTERS)
}

/** The columns of a run that do not change. */
export function toColumns(
  owner: string,
  { id, kind, target, threadId, resourceId, caller, snapshot }: NewRun,
): Pick<
  RunTable,
  'owner' | 'id' | 'kind' | 'target' | 'thread_id' | 'resource_id' | 'caller' | 'snapshot'
> {
  return {
    owner,
    id: checkId(id),
    kind: checkKind(kind),
    target: checkId(target),
    thread_id: threadId === undefined ? null : checkId(threadId),
    resource_id: resourceId === undefined ? null : encodeResource(resourceId),
    caller: encodeMembers(caller),
    snapshot: encodeMembers(snapshot),
  }
}

/** What a list shows: neither who asked nor what only a leg reads. */
export const LISTED = [
  'owner',
  'id',
  'kind',
  'target',
  'thread_id',
  'resource_id',
  'status',
  'attempt',
  'failure',
  'holder',
  'lease_until',
  'is_cancel_asked',
  'created_at',
  'suspended_at',
  'ended_at',
  'due_at',
  'expires_at',
] as const

/** What a list shows of a run. */
export type ListedRunRow = Omit<Selectable<RunTable>, 'caller' | 'snapshot' | 'result' | 'revision'>

/** A run as its row has it, without what only a leg reads. */
export function toListedRun(row: ListedRunRow): RunRecord {
  return {
    id: row.id,
    kind: checkKind(row.kind),
    target: row.target,
    ...(row.thread_id !== null && { threadId: row.thread_id }),
    ...(row.resource_id !== null && { resourceId: decodeText(row.resource_id) }),
    status: checkStatus(row.status),
    attempt: row.attempt,
    createdAt: row.created_at,
    suspendedAt: row.suspended_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    dueAt: row.due_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    result: undefined,
    failure: decodeFailure(row.failure),
  }
}

export function toRun(row: Selectable<RunTable>): RunRecord {
  return {
    ...toListedRun(row),
    result: row.result === null ? undefined : (JSON.parse(row.result) as unknown),
    ...(row.caller !== null && { caller: decodeObject(row.caller) }),
    ...(row.snapshot !== null && { snapshot: decodeObject(row.snapshot) }),
  }
}

/** The columns of an approval that do not change. */
export function toApprovalColumns(
  given: NewRunApproval,
): Pick<
  RunApprovalTable,
  'call_id' | 'tool_id' | 'tool_name' | 'args' | 'digest' | 'by_other' | 'asker' | 'suspension'
> {
  return {
    call_id: checkId(given.toolCallId),
    tool_id: checkId(given.toolId),
    tool_name: encodeShortText(given.toolName, 'The name of a tool', MAX_TEXT_CHARACTERS),
    args: encodeValue(given.args),
    digest: checkDigest(given.digest),
    by_other: given.byOther === false ? 0 : 1,
    asker: encodePerson(given.asker),
    suspension: given.suspension === undefined ? null : encodeValue(given.suspension.payload),
  }
}

export function toApproval(row: Selectable<RunApprovalTable>): RunApproval {
  return {
    id: row.id,
    runId: row.run_id,
    target: row.target,
    toolCallId: row.call_id,
    toolId: row.tool_id,
    toolName: decodeText(row.tool_name),
    args: JSON.parse(row.args) as unknown,
    digest: row.digest,
    byOther: row.by_other !== 0,
    asker: decodePerson(row.asker),
    ...(row.suspension !== null && {
      suspension: { payload: JSON.parse(row.suspension) as unknown },
    }),
    state: checkName<RunApproval['state']>(STATES, row.state),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decider: row.decider === null ? undefined : decodePerson(row.decider),
    decidedAt: row.decided_at ?? undefined,
  }
}
