import type { BoundName } from '@signet/core'

/** A request that holds as much as it is asked to of one thing. */
export interface SizedRequest {
  readonly path: string
  /** Sent as JSON, with POST. */
  readonly json?: unknown
  /** Sent as it is, with POST. */
  readonly body?: string
  /** Of the body. Default: JSON. */
  readonly type?: string
}

/** How to ask for so much of what a bound limits. */
export interface BoundRequest {
  at(size: number): SizedRequest
  /** What refuses the request at its limit, which is then another thing than the bound. Default: nothing. */
  readonly refusedBy?: string
}

const GENERATE = '/api/agents/weather-agent/generate'
const THREADS = '/api/memory/threads'
const SAVE = '/api/memory/save-messages'
const EXECUTE = '/api/tools/get-weather/execute'
const DECLINE = '/api/agents/weather-agent/decline-tool-call'
const RESUME = '/api/agents/weather-agent/resume-stream'
const RESUME_RUN = '/api/workflows/none/resume?runId=none'
const AUDIT = '/api/audit'
const SIGN = '/api/auth/tokens'
const KEYS = '/api/auth/api-keys'
const SCHEDULES = '/api/schedules'

/** A route of the application that reads a form. It has to be there. */
export const FORM = '/form'

/** The thread that requests name. It has to be there. */
export const THREAD = 'kept'
/** The schedule of an agent that requests name. It has to be there. */
export const SCHEDULE = 'kept'
/** A thread of messages that are saved. It has to be there. */
const SAVED = { role: 'user', threadId: THREAD }

/** A parameter that clients send to every route, and that nobody reads. */
const UNREAD = 'requestContext='

const text = (size: number) => 'x'.repeat(size)
const list = <Value>(size: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: size }, (_, index) => make(index))
const names = (size: number) => Object.fromEntries(list(size, (index) => [`n${index}`, 1]))
const values = (size: number) => ({ a: list(size - 1, () => 1) })
const texts = (size: number) => ({ a: text(size - 1) })
const PART = { type: 'text', text: 'Hi' }

/** So many objects, one in the other. */
function levels(size: number): object {
  let value = {}
  for (let count = 1; count < size; count++) value = { a: value }
  return value
}

const generate = (options: object): SizedRequest => ({
  path: GENERATE,
  json: { messages: 'Hi', ...options },
})
const tool = (facts: object) => generate({ clientTools: { mine: facts } })
const query = (path: string, parameters: Readonly<Record<string, string | number>>) => ({
  path: `${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString()}`,
})
const save = (facts: object) => ({ path: SAVE, json: { messages: [{ ...SAVED, ...facts }] } })
const sign = (facts: object) => ({
  path: SIGN,
  json: { sub: 'alice', scope: 'agents:read', ...facts },
})
const key = (facts: object) => ({
  path: KEYS,
  json: { name: 'robot', scopes: ['agents:read'], ...facts },
})

const schedule = (facts: object) => ({
  path: SCHEDULES,
  json: { agentId: 'weather-agent', cron: '@daily', prompt: 'Report.', ...facts },
})

/** The message and its parts: as few messages as can have so many. */
function messagesOf(parts: number): object[] {
  const full = Math.floor(parts / 1000)
  const sizes = [...list(full, () => 1000), parts % 1000].filter((size) => size > 0)
  return sizes.map((size) => ({ role: 'user', content: list(size, () => PART) }))
}

/** A form of 1,000 parts with so many header lines in all. */
function formOf(headers: number): string {
  const [own, more] = ['content-disposition: form-data; name="n"', 'x-more: 1']
  const [each, rest] = [Math.floor(headers / 1000), headers % 1000]
  const parts = list(1000, (index) => {
    const lines = [own, ...list(each - 1 + Number(index < rest), () => more)]
    return `--edge\r\n${lines.join('\r\n')}\r\n\r\n1\r\n`
  })
  return `${parts.join('')}--edge--\r\n`
}

/** A message that takes so many bytes where it is stored: its text stands there twice. */
function storedMessage(size: number): object {
  const empty = { format: 2, parts: [{ type: 'text', text: '' }], content: '' }
  const room = size - JSON.stringify({ type: 'text', content: empty }).length
  return { type: room % 2 === 0 ? 'text' : 'texts', content: text(Math.floor(room / 2)) }
}

function bodyOf(size: number): string {
  const [start, end] = ['{"data":{"place":"', '"}}']
  return start + text(size - start.length - end.length) + end
}

/** A request for each bound of the table. */
export const BOUND_REQUESTS: Readonly<Record<BoundName, BoundRequest>> = {
  bodyBytes: { at: (size) => ({ path: EXECUTE, body: bodyOf(size) }) },
  reasonCharacters: {
    at: (size) => ({
      path: DECLINE,
      json: { runId: 'none', toolCallId: 'none', reason: text(size) },
    }),
    // Without a run it is refused all the same, for another reason.
    refusedBy: 'not_found',
  },
  resumeDataBytes: {
    at: (size) => ({
      path: RESUME,
      // The quotes are two bytes of it.
      json: { runId: 'none', resumeData: text(size - 2) },
    }),
    refusedBy: 'not_found',
  },
  stepNames: {
    at: (size) => ({ path: RESUME_RUN, json: { step: list(size, () => 'a') } }),
    refusedBy: 'not_found',
  },
  stepCharacters: {
    at: (size) => ({ path: RESUME_RUN, json: { step: text(size) } }),
    refusedBy: 'not_found',
  },
  bodyValues: {
    at: (size) => ({
      path: EXECUTE,
      json: { data: { place: 'x', more: list(size - 3, () => 7) } },
    }),
  },
  bodyDepth: {
    at: (size) => ({ path: EXECUTE, json: { data: { place: 'x', more: levels(size - 2) } } }),
  },
  formFields: {
    at: (size) => ({
      path: FORM,
      body: list(size, () => 'n=1').join('&'),
      type: 'application/x-www-form-urlencoded',
    }),
  },
  formHeaders: {
    at: (size) => ({
      path: FORM,
      body: formOf(size),
      type: 'multipart/form-data; boundary=edge',
    }),
  },
  queryCharacters: {
    at: (size) => ({ path: `/api/agents?${UNREAD}${text(size - UNREAD.length)}` }),
  },
  queryParameters: {
    at: (size) => ({ path: `/api/agents?${list(size, () => UNREAD).join('&')}` }),
  },
  issues: { at: (size) => generate({ activeTools: list(size, () => 7) }) },
  messages: { at: (size) => ({ path: GENERATE, json: { messages: list(size, () => 'Hi') } }) },
  partsPerMessage: {
    at: (size) => generate({ messages: { role: 'user', content: list(size, () => PART) } }),
  },
  parts: { at: (size) => generate({ messages: messagesOf(size) }) },
  instructionCharacters: { at: (size) => generate({ instructions: text(size) }) },
  modelCharacters: { at: (size) => generate({ model: text(size) }), refusedBy: 'request_invalid' },
  runIdCharacters: { at: (size) => generate({ runId: text(size) }) },
  clientTools: {
    at: (size) => generate({ clientTools: Object.fromEntries(list(size, (i) => [`t${i}`, {}])) }),
  },
  activeTools: { at: (size) => generate({ activeTools: list(size, () => 'weatherTool') }) },
  toolNameCharacters: {
    at: (size) => generate({ clientTools: { [text(128)]: {} }, activeTools: [text(size)] }),
  },
  toolDescriptionCharacters: { at: (size) => tool({ description: text(size) }) },
  schemaValues: { at: (size) => tool({ inputSchema: values(size) }) },
  schemaDepth: { at: (size) => tool({ inputSchema: levels(size) }) },
  schemaCharacters: { at: (size) => tool({ inputSchema: texts(size) }) },
  stopSequences: {
    at: (size) => generate({ modelSettings: { stopSequences: list(size, () => 'stop') } }),
  },
  stopSequenceCharacters: {
    at: (size) => generate({ modelSettings: { stopSequences: [text(size)] } }),
  },
  providerOptionValues: {
    at: (size) => generate({ providerOptions: { mock: names(size - 1) } }),
  },
  providerOptionDepth: { at: (size) => generate({ providerOptions: levels(size) }) },
  providerOptionCharacters: {
    at: (size) => generate({ providerOptions: { mock: texts(size - 'mock'.length) } }),
  },
  lastMessages: {
    at: (size) => generate({ memory: { thread: THREAD, options: { lastMessages: size } } }),
  },
  contextValues: { at: (size) => generate({ requestContext: values(size) }) },
  contextDepth: { at: (size) => generate({ requestContext: levels(size) }) },
  contextCharacters: { at: (size) => generate({ requestContext: texts(size) }) },
  idCharacters: { at: (size) => ({ path: THREADS, json: { threadId: text(size) } }) },
  agentIdCharacters: {
    at: (size) => query('/api/memory/status', { agentId: text(size) }),
    refusedBy: 'not_found',
  },
  titleCharacters: { at: (size) => ({ path: THREADS, json: { title: text(size) } }) },
  metadataNames: { at: (size) => ({ path: THREADS, json: { metadata: names(size) } }) },
  metadataValues: { at: (size) => ({ path: THREADS, json: { metadata: values(size) } }) },
  metadataCharacters: { at: (size) => save({ content: { parts: [], metadata: texts(size) } }) },
  soughtNames: { at: (size) => query(THREADS, { metadata: JSON.stringify(names(size)) }) },
  soughtTitleCharacters: { at: (size) => query(THREADS, { title: text(size) }) },
  perPage: { at: (size) => query(THREADS, { perPage: size }) },
  timeCharacters: {
    at: (size) =>
      save({ content: 'x', createdAt: `2030-01-01T00:00:00.${'0'.repeat(size - 21)}Z` }),
  },
  savedMessages: {
    at: (size) => ({
      path: SAVE,
      json: { messages: list(size, () => ({ ...SAVED, content: 'x' })) },
    }),
  },
  savedParts: { at: (size) => save({ content: list(size, () => PART) }) },
  typeCharacters: { at: (size) => save({ content: 'x', type: text(size) }) },
  partTypeCharacters: { at: (size) => save({ content: [{ type: text(size) }] }) },
  deletedMessages: {
    at: (size) => ({
      path: '/api/memory/messages/delete',
      json: { messageIds: list(size, (index) => `m${index}`) },
    }),
  },
  include: {
    at: (size) =>
      query(`${THREADS}/${THREAD}/messages`, {
        include: JSON.stringify(list(size, (index) => ({ id: `m${index}` }))),
      }),
  },
  neighbours: {
    at: (size) =>
      query(`${THREADS}/${THREAD}/messages`, {
        include: JSON.stringify([{ id: 'm', withPreviousMessages: size }]),
      }),
  },
  messageBytes: { at: (size) => save(storedMessage(size)) },
  roleFilter: {
    at: (size) =>
      query(`${THREADS}/${THREAD}/messages`, {
        filter: JSON.stringify({ roles: list(size, () => 'user') }),
      }),
  },
  searchCharacters: {
    at: (size) => query('/api/memory/search', { searchQuery: text(size) }),
  },
  searchHits: {
    at: (size) => query('/api/memory/search', { searchQuery: 'nothing', limit: size }),
  },
  clonedMessages: {
    at: (size) => ({
      path: `${THREADS}/${THREAD}/clone`,
      json: { options: { messageFilter: { messageIds: list(size, (index) => `m${index}`) } } },
    }),
  },
  workingMemoryCharacters: {
    at: (size) => ({
      path: `${THREADS}/${THREAD}/working-memory?agentId=weather-agent`,
      json: { workingMemory: text(size) },
    }),
  },
  roleCharacters: {
    at: (size) => query('/api/system/access', { role: text(size) }),
    refusedBy: 'request_invalid',
  },
  scopeCharacters: { at: (size) => query('/api/system/access', { permissions: text(size) }) },
  tokenCharacters: {
    at: (size) => ({ path: '/api/auth/explain', json: { token: text(size) } }),
    // Explained, and not refused.
    refusedBy: 'token_too_large',
  },
  tokenRoles: { at: (size) => sign({ scope: undefined, roles: list(size, () => 'member') }) },
  claimValues: { at: (size) => sign({ claims: values(size) }) },
  claimDepth: { at: (size) => sign({ claims: levels(size) }) },
  claimCharacters: { at: (size) => sign({ claims: texts(size) }), refusedBy: 'request_invalid' },
  subjectCharacters: {
    at: (size) => ({ path: '/api/auth/revocations', json: { jti: text(size) } }),
  },
  keyNameCharacters: { at: (size) => key({ name: text(size) }) },
  keyScopes: { at: (size) => key({ scopes: list(size, (index) => `agents:read:a${index}`) }) },
  keyScopeCharacters: {
    at: (size) => key({ scopes: [`agents:read:${text(size - 'agents:read:'.length)}`] }),
    refusedBy: 'request_invalid',
  },
  auditRecords: { at: (size) => query(AUDIT, { limit: size }) },
  auditCharacters: { at: (size) => query(AUDIT, { subject: text(size) }) },
  runFieldsCharacters: {
    at: (size) => query('/api/workflows/none/runs/none', { fields: text(size) }),
    refusedBy: 'request_invalid',
  },
  scheduleIdCharacters: { at: (size) => schedule({ id: text(size) }) },
  scheduleNameCharacters: { at: (size) => schedule({ name: text(size) }) },
  scheduleCharacters: {
    at: (size) => {
      const empty = { prompt: 'Report.', metadata: { a: '' } }
      return schedule({ metadata: { a: text(size - JSON.stringify(empty).length) } })
    },
  },
  promptCharacters: { at: (size) => schedule({ prompt: text(size) }) },
  // Neither is one, however long it is.
  cronCharacters: { at: (size) => schedule({ cron: text(size) }), refusedBy: 'request_invalid' },
  timeZoneCharacters: {
    at: (size) => schedule({ timezone: text(size) }),
    refusedBy: 'request_invalid',
  },
  triggers: {
    at: (size) => query(`${SCHEDULES}/${SCHEDULE}/triggers`, { limit: size }),
  },
}
