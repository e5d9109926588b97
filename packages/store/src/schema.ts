import type { Generated } from 'kysely'

/** A conversation. `title`, `metadata` and `working_memory` are JSON, times milliseconds since 1970. */
export interface ThreadTable {
  owner: string
  id: string
  title: string
  metadata: string | null
  working_memory: string | null
  /** The id of the agent that it was begun with; null where none is known. */
  agent: string | null
  /** The position that the next message gets; it never goes back. */
  next_position: number
  /** How many messages there are, so that nobody needs to count them. */
  message_count: number
  created_at: number
  updated_at: number
}

/** One name of a thread's metadata with its value, as a hash, to find threads by. */
interface ThreadEntryTable {
  owner: string
  thread_id: string
  entry: string
}

/** A message. `body` is JSON; `words` are what search finds it by, `entries` the hashes of its metadata. */
export interface MessageTable {
  owner: string
  id: string
  thread_id: string
  position: number
  role: string
  created_at: number
  body: string
  words: string
  entries: string
}

/** What is kept about an owner apart from threads. */
interface OwnerTable {
  owner: string
  working_memory: string | null
  updated_at: number
}

/**
 * An entry of the log of revocations. `issuer` and `name` are JSON: a `jti`, a digest, a session or a
 * subject, as `kind` says. `issued_until` and `forget_at` are seconds since 1970, `created_at` milliseconds.
 */
export interface RevocationTable {
  /** Grows from entry to entry and is never used again. */
  sequence: Generated<number>
  kind: string
  issuer: string | null
  name: string
  issued_until: number | null
  forget_at: number | null
  created_at: number
}

/** An API key. `name`, `scopes` and what begins with `maker` are JSON, times milliseconds since 1970. */
export interface ApiKeyTable {
  id: string
  digest: string
  name: string
  scopes: string
  maker: string
  maker_issuer: string
  maker_subject: string
  /** A hash of issuer and subject, to find keys by. */
  maker_key: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

/** A record of the audit. Texts are JSON, `at` is in milliseconds since 1970, `is_allowed` 0 or 1. */
export interface AuditTable {
  sequence: Generated<number>
  at: number
  request_id: string | null
  issuer: string | null
  subject: string | null
  actor: string | null
  action: string
  resource: string | null
  is_allowed: number
  code: string | null
  status: number
  address: string | null
  duration_ms: number
  input_tokens: number | null
  output_tokens: number | null
  count: number
}

/** A DPoP proof that was used (RFC 9449 section 11.1). `key` is a hash of it, `expires_at` milliseconds since 1970. */
interface ProofTable {
  key: string
  expires_at: number
}

/** An id that an owner chose for a new thing. `id` is a hash of it, `expires_at` milliseconds since 1970. */
interface NewIdTable {
  id: string
  owner: string
  expires_at: number
}

/** A run. `resource_id`, `caller`, `snapshot`, `result` and `failure` are JSON, times milliseconds since 1970. */
export interface RunTable {
  owner: string
  id: string
  kind: string
  target: string
  thread_id: string | null
  resource_id: string | null
  status: string
  attempt: number
  caller: string | null
  snapshot: string | null
  result: string | null
  failure: string | null
  holder: string | null
  lease_until: number | null
  is_cancel_asked: number
  created_at: number
  suspended_at: number | null
  ended_at: number | null
  due_at: number | null
  expires_at: number | null
  /** How often something was recorded. */
  revision: Generated<number>
}

/** What a step of a run came to. `result` is JSON. */
interface RunStepTable {
  owner: string
  run_id: string
  step: string
  result: string
}

/** How many events of a run are kept. `expires_at` is in milliseconds since 1970. */
interface RunStreamTable {
  owner: string
  run_id: string
  /** Of the leg that stores them. */
  attempt: number
  state: string
  event_count: number
  characters: number
  expires_at: number
}

/** Events of a run, JSON texts with a line feed between them. */
interface RunEventTable {
  owner: string
  run_id: string
  /** The index of the last of them. */
  last: number
  count: number
  events: string
}

/** A call that somebody has to approve. `tool_name`, `args`, `asker` and `decider` are JSON, `by_other` 0 or 1. */
export interface RunApprovalTable {
  owner: string
  run_id: string
  /** Grows within the run. */
  position: number
  id: string
  target: string
  call_id: string
  tool_id: string
  tool_name: string
  args: string
  digest: string
  by_other: number
  asker: string
  state: string
  created_at: number
  expires_at: number
  /** What the tool said when it suspended the call; null where the call is to be approved. */
  suspension: string | null
  decider: string | null
  decided_at: number | null
}

/**
 * A schedule. `name`, `resource_id`, `job`, `caller` and `paused_by` are JSON, times milliseconds since 1970. `due_at` is when
 * something is to be done about it.
 */
export interface ScheduleTable {
  owner: string
  id: string
  kind: string
  target: string
  name: string | null
  thread_id: string | null
  resource_id: string | null
  cron: string
  timezone: string
  overlap: string
  job: string
  caller: string
  status: string
  paused_by: string | null
  next_at: number | null
  running_id: string | null
  lease_until: number | null
  pending_id: string | null
  due_at: number | null
  /** How many times it has fired. */
  fires: number
  last_at: number | null
  last_run_id: string | null
  created_at: number
  updated_at: number
  expires_at: number
}

/** A fire of a schedule. `failure` is JSON, `is_suspended` 0 or 1, times milliseconds since 1970. */
export interface ScheduleTriggerTable {
  owner: string
  schedule_id: string
  /** The number of the fire, from 1. */
  position: number
  id: string
  kind: string
  outcome: string
  is_suspended: number
  failure: string | null
  scheduled_at: number
  fired_at: number
  started_at: number | null
  ended_at: number | null
}

/** Which migrations have been applied. */
interface MigrationTable {
  name: string
  applied_at: number
}

/** The tables. Their names begin with `signet_`, because the database may have others. */
export interface Schema {
  signet_thread: ThreadTable
  signet_thread_entry: ThreadEntryTable
  signet_message: MessageTable
  signet_owner: OwnerTable
  signet_revocation: RevocationTable
  signet_api_key: ApiKeyTable
  signet_audit: AuditTable
  signet_proof: ProofTable
  signet_new_id: NewIdTable
  signet_run: RunTable
  signet_run_step: RunStepTable
  signet_run_stream: RunStreamTable
  signet_run_event: RunEventTable
  signet_run_approval: RunApprovalTable
  signet_schedule: ScheduleTable
  signet_schedule_trigger: ScheduleTriggerTable
  signet_migration: MigrationTable
}

const NAMES: Readonly<Record<keyof Schema, true>> = {
  signet_thread: true,
  signet_thread_entry: true,
  signet_message: true,
  signet_owner: true,
  signet_revocation: true,
  signet_api_key: true,
  signet_audit: true,
  signet_proof: true,
  signet_new_id: true,
  signet_run: true,
  signet_run_step: true,
  signet_run_stream: true,
  signet_run_event: true,
  signet_run_approval: true,
  signet_schedule: true,
  signet_schedule_trigger: true,
  signet_migration: true,
}

/** The names of the tables. */
export const TABLES = Object.keys(NAMES) as (keyof Schema)[]
