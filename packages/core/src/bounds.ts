import { MAX_AUDIT_CHARACTERS } from './audit/audit-store.js'

/** The codes of a refusal that a bound can lead to. */
export type BoundCode = 'request_invalid' | 'body_too_large' | 'message_too_large'

/** How much there may be of one thing in a request. */
export interface Bound {
  /** The most that is taken. */
  readonly limit: number
  /** What `limit` counts. */
  readonly unit: string
  /** What is bounded, as docs/limits.md tells it. */
  readonly of: string
  /** The file below `packages` that looks at it. */
  readonly checkedIn: string
  /** What a request with more is refused with; null where the rest is left out instead. */
  readonly code: BoundCode | null
}

/** Every bound, by its name. */
export type BoundName =
  | 'bodyBytes'
  | 'bodyValues'
  | 'bodyDepth'
  | 'queryCharacters'
  | 'queryParameters'
  | 'formFields'
  | 'formHeaders'
  | 'issues'
  | 'messages'
  | 'partsPerMessage'
  | 'parts'
  | 'instructionCharacters'
  | 'modelCharacters'
  | 'runIdCharacters'
  | 'stepNames'
  | 'stepCharacters'
  | 'reasonCharacters'
  | 'resumeDataBytes'
  | 'clientTools'
  | 'activeTools'
  | 'toolNameCharacters'
  | 'toolDescriptionCharacters'
  | 'schemaValues'
  | 'schemaDepth'
  | 'schemaCharacters'
  | 'stopSequences'
  | 'stopSequenceCharacters'
  | 'providerOptionValues'
  | 'providerOptionDepth'
  | 'providerOptionCharacters'
  | 'lastMessages'
  | 'contextValues'
  | 'contextDepth'
  | 'contextCharacters'
  | 'idCharacters'
  | 'agentIdCharacters'
  | 'titleCharacters'
  | 'metadataNames'
  | 'metadataValues'
  | 'metadataCharacters'
  | 'soughtNames'
  | 'soughtTitleCharacters'
  | 'perPage'
  | 'timeCharacters'
  | 'savedMessages'
  | 'savedParts'
  | 'messageBytes'
  | 'typeCharacters'
  | 'partTypeCharacters'
  | 'deletedMessages'
  | 'include'
  | 'neighbours'
  | 'roleFilter'
  | 'searchCharacters'
  | 'searchHits'
  | 'clonedMessages'
  | 'workingMemoryCharacters'
  | 'roleCharacters'
  | 'scopeCharacters'
  | 'tokenCharacters'
  | 'tokenRoles'
  | 'claimValues'
  | 'claimDepth'
  | 'claimCharacters'
  | 'subjectCharacters'
  | 'keyNameCharacters'
  | 'keyScopes'
  | 'keyScopeCharacters'
  | 'auditRecords'
  | 'auditCharacters'
  | 'runFieldsCharacters'
  | 'scheduleIdCharacters'
  | 'scheduleNameCharacters'
  | 'scheduleCharacters'
  | 'promptCharacters'
  | 'cronCharacters'
  | 'timeZoneCharacters'
  | 'triggers'

const APP = 'server/src/app.ts'
const BODY = 'server/src/route/body.ts'
const FORM = 'server/src/route/form.ts'
const QUERY = 'server/src/route/validation.ts'
const ANSWER = 'server/src/routes/agent/answer-body.ts'
const MESSAGES = 'core/src/message/messages.ts'
const ROUTES = 'server/src/routes/schema.ts'
const MEMORY = 'server/src/routes/memory/schema.ts'
const MESSAGE_ROUTES = 'server/src/routes/memory/message.ts'
const API_KEYS = 'server/src/routes/auth/api-keys.ts'
const WORKFLOW_LEGS = 'server/src/routes/workflow/leg-body.ts'
const TOKENS = 'server/src/routes/auth/tokens.ts'
const SCHEDULES = 'core/src/schedule/schedule-input.ts'
const CRON = 'core/src/schedule/cron.ts'

function bound(
  limit: number,
  unit: string,
  of: string,
  checkedIn: string,
  code: BoundCode | null = 'request_invalid',
): Bound {
  return Object.freeze({ limit, unit, of, checkedIn, code })
}

/**
 * What a request may hold: the one table. Every schema and check takes its number from here, and
 * docs/limits.md shows it. The numbers are for no honest caller to meet.
 *
 * Values are the members of objects and the elements of lists, at all levels.
 */
export const BOUNDS: Readonly<Record<BoundName, Bound>> = Object.freeze({
  bodyBytes: bound(
    4 * 1024 * 1024,
    'bytes',
    'a body; `server.bodySizeLimit` sets another limit',
    APP,
    'body_too_large',
  ),
  bodyValues: bound(50_000, 'values', 'JSON in a body; an empty list or object is two', BODY),
  bodyDepth: bound(100, 'levels', 'JSON in a body', BODY),
  queryCharacters: bound(15_360, 'characters', 'a query string', QUERY),
  queryParameters: bound(100, 'parameters', 'a query string', QUERY),
  formFields: bound(1000, 'fields', 'a form, for a route of the application', FORM),
  formHeaders: bound(4000, 'header lines', 'all parts of a form', FORM),
  issues: bound(
    50,
    'issues',
    'what a refusal tells; the last one says how many more there are',
    'core/src/issue.ts',
    null,
  ),

  messages: bound(1000, 'messages', '`messages`, and `context`', MESSAGES),
  partsPerMessage: bound(1000, 'parts', 'one message', MESSAGES),
  parts: bound(10_000, 'parts', 'all of `messages`, and all of `context`', MESSAGES),
  instructionCharacters: bound(1_000_000, 'characters', '`instructions`, and `system`', ANSWER),
  modelCharacters: bound(256, 'characters', '`model`', ANSWER),
  runIdCharacters: bound(128, 'characters', '`runId`', ROUTES),
  stepNames: bound(16, 'ids', '`step` of a run that goes on', WORKFLOW_LEGS),
  stepCharacters: bound(2048, 'characters', 'one id in `step`', WORKFLOW_LEGS),
  reasonCharacters: bound(
    2000,
    'characters',
    '`reason` of a declined call',
    'server/src/routes/agent/approvals.ts',
  ),
  resumeDataBytes: bound(
    65_536,
    'bytes',
    '`resumeData` of a suspended call',
    'server/src/routes/agent/resume.ts',
  ),
  clientTools: bound(128, 'tools', '`clientTools`', ANSWER),
  activeTools: bound(1000, 'names', '`activeTools`', ANSWER),
  toolNameCharacters: bound(128, 'characters', 'the name of a tool', ANSWER),
  toolDescriptionCharacters: bound(16_384, 'characters', 'the description of a tool', ANSWER),
  schemaValues: bound(5000, 'values', 'the JSON Schema of a tool or of an answer', ANSWER),
  schemaDepth: bound(64, 'levels', 'the JSON Schema of a tool or of an answer', ANSWER),
  schemaCharacters: bound(
    262_144,
    'characters',
    'all texts of the JSON Schema of a tool or of an answer',
    ANSWER,
  ),
  stopSequences: bound(64, 'texts', '`modelSettings.stopSequences`', ANSWER),
  stopSequenceCharacters: bound(1000, 'characters', 'one stop sequence', ANSWER),
  providerOptionValues: bound(1000, 'values', '`providerOptions`', ANSWER),
  providerOptionDepth: bound(32, 'levels', '`providerOptions`', ANSWER),
  providerOptionCharacters: bound(65_536, 'characters', 'all texts of `providerOptions`', ANSWER),
  lastMessages: bound(1000, 'messages', '`memory.options.lastMessages`', ANSWER),
  contextValues: bound(
    5000,
    'values',
    '`requestContext`',
    'server/src/routes/agent/client-context.ts',
  ),
  contextDepth: bound(
    32,
    'levels',
    '`requestContext`',
    'server/src/routes/agent/client-context.ts',
  ),
  contextCharacters: bound(
    262_144,
    'characters',
    'all texts of `requestContext`',
    'server/src/routes/agent/client-context.ts',
  ),

  idCharacters: bound(255, 'characters', 'the id of a thread or a message', ROUTES),
  agentIdCharacters: bound(255, 'characters', '`agentId` in a query', MEMORY),
  titleCharacters: bound(1000, 'characters', 'the title of a thread', MEMORY),
  metadataNames: bound(256, 'names', 'metadata, at its first level', MEMORY),
  metadataValues: bound(10_000, 'values', 'metadata', MEMORY),
  metadataCharacters: bound(65_536, 'characters', 'all texts of metadata', MEMORY),
  soughtNames: bound(10, 'names', 'metadata that is looked for', MEMORY),
  soughtTitleCharacters: bound(200, 'characters', '`title` that threads are looked for by', MEMORY),
  perPage: bound(1000, 'elements', '`perPage`', ROUTES),
  timeCharacters: bound(64, 'characters', 'a time', ROUTES),
  savedMessages: bound(1000, 'messages', '`messages` to save', MESSAGE_ROUTES),
  savedParts: bound(
    1000,
    'parts',
    'one message to save',
    'server/src/routes/memory/saved-message.ts',
  ),
  messageBytes: bound(
    4 * 1024 * 1024,
    'bytes',
    'JSON of one stored message',
    'core/src/memory/message-size.ts',
    'message_too_large',
  ),
  typeCharacters: bound(
    64,
    'characters',
    'the `type` of a message to save',
    'server/src/routes/memory/saved-message.ts',
  ),
  partTypeCharacters: bound(
    1000,
    'characters',
    'the `type` of a part to save',
    'server/src/routes/memory/saved-message.ts',
  ),
  deletedMessages: bound(10_000, 'ids', '`messageIds` to delete', MESSAGE_ROUTES),
  include: bound(100, 'messages', '`include`', MESSAGE_ROUTES),
  neighbours: bound(
    100,
    'messages',
    '`withPreviousMessages`, and `withNextMessages`',
    MESSAGE_ROUTES,
  ),
  roleFilter: bound(16, 'roles', '`filter.roles`', MESSAGE_ROUTES),
  searchCharacters: bound(10_000, 'characters', '`searchQuery`', MESSAGE_ROUTES),
  searchHits: bound(100, 'messages', '`limit` of a search', MESSAGE_ROUTES),
  clonedMessages: bound(
    10_000,
    'ids',
    '`messageIds` to clone',
    'server/src/routes/memory/thread.ts',
  ),
  workingMemoryCharacters: bound(
    100_000,
    'characters',
    '`workingMemory`',
    'server/src/routes/memory/agent-memory.ts',
  ),

  roleCharacters: bound(128, 'characters', 'the name of a role', TOKENS),
  scopeCharacters: bound(4096, 'characters', 'permissions with spaces between them', TOKENS),
  tokenCharacters: bound(65_536, 'characters', 'a token in a body', TOKENS),
  tokenRoles: bound(50, 'roles', '`roles` of a token to sign', TOKENS),
  claimValues: bound(1000, 'values', '`claims` of a token to sign', TOKENS),
  claimDepth: bound(32, 'levels', '`claims` of a token to sign', TOKENS),
  claimCharacters: bound(8192, 'characters', 'all texts of `claims` of a token to sign', TOKENS),
  subjectCharacters: bound(
    2000,
    'characters',
    'a subject, an issuer, a session or a token id',
    TOKENS,
  ),
  keyNameCharacters: bound(100, 'characters', 'the name of an API key', API_KEYS),
  keyScopes: bound(100, 'permissions', '`scopes` of an API key', API_KEYS),
  keyScopeCharacters: bound(160, 'characters', 'one of the `scopes` of an API key', API_KEYS),
  auditRecords: bound(1000, 'records', '`limit` of the audit', 'server/src/routes/audit.ts'),
  auditCharacters: bound(
    MAX_AUDIT_CHARACTERS,
    'characters',
    'a value that the audit is searched for',
    'server/src/routes/audit.ts',
  ),

  runFieldsCharacters: bound(
    200,
    'characters',
    '`fields` of a run of a workflow',
    'server/src/routes/workflow/runs.ts',
  ),
  scheduleIdCharacters: bound(100, 'characters', 'the id of a new schedule', SCHEDULES),
  scheduleNameCharacters: bound(255, 'characters', 'the name of a schedule', SCHEDULES),
  scheduleCharacters: bound(
    32_768,
    'characters',
    'JSON of all that a schedule says, and of its metadata',
    SCHEDULES,
  ),
  promptCharacters: bound(16_384, 'characters', '`prompt` of a schedule', SCHEDULES),
  cronCharacters: bound(128, 'characters', '`cron` of a schedule', CRON),
  timeZoneCharacters: bound(64, 'characters', '`timezone` of a schedule', CRON),
  triggers: bound(
    200,
    'triggers',
    '`limit` of the triggers of a schedule; no more are kept',
    'server/src/routes/schedule/schedules.ts',
  ),
})
