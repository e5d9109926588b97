import type { Access } from '@signet/auth'
import { createPolicyTable, type PolicyMatch, type PolicyTable } from './policy-table.js'
import {
  CALL_BODY,
  CALL_OWNER,
  DECISION_BODY,
  LEGACY_CALL_OWNER,
  MESSAGE_BODY,
  MESSAGE_OWNER,
  NETWORK_OWNER,
  RESUME_BODY,
  RESUME_OWNER,
  SIGNALS_BODY,
  THREAD_DECISION_BODY,
  THREAD_DECISION_OWNER,
  WORKFLOW_BODY,
} from './call-rules.js'
import {
  isClosed,
  type AnswerRule,
  type BlankRule,
  type DropRule,
  type OpenRoute,
  type OwnerRule,
  type PolicyMethod,
  type RoutePolicy,
} from './route-policy.js'

/** What this table was compared with, route by route. */
export const COMPARED_WITH: Readonly<Record<string, string>> = Object.freeze({
  '@mastra/client-js': '1.47.0',
  '@mastra/core': '1.71.0',
  '@mastra/memory': '1.31.0',
  '@mastra/server': '1.69.0',
})

/** What a line has beside its method, path, access and owner. */
type More = Omit<OpenRoute, 'access' | 'method' | 'owner' | 'path'>

function open(
  method: PolicyMethod,
  path: string,
  access: Access,
  owner: OpenRoute['owner'],
  more: More = {},
): OpenRoute {
  return { method, path, access, owner, ...more }
}

/** Lines of what acts for all users: the same permission for each, and no owner. `routes`: method, blank, path. */
function shared(access: Access, routes: readonly string[]): readonly OpenRoute[] {
  return routes.map((text) => {
    const [method = 'GET', path = ''] = text.split(' ')
    return open(method as PolicyMethod, path, access, 'none')
  })
}

/** Lines that stay closed for one reason. */
function closed(reason: string, routes: readonly string[]): readonly RoutePolicy[] {
  return routes.map((text) => {
    const [method = 'GET', path = ''] = text.split(' ')
    return { method: method as PolicyMethod, path, closed: reason }
  })
}

// Permissions.

/** Lists that anybody who is known may ask for: the answer has what they may read. */
const KNOWN = 'authenticated'
const READ_AGENT = 'agents:read:{agentId}'
const CALL_AGENT = 'agents:execute:{agentId}'
const WRITE_AGENT = 'agents:write:{agentId}'
/** For calls in which the tools that a caller may not execute cannot be taken out. */
const CALL_WITH_ALL_TOOLS: Access = [CALL_AGENT, 'tools:execute']
const READ_WORKFLOW = 'workflows:read:{workflowId}'
const RUN_WORKFLOW = 'workflows:execute:{workflowId}'
const WRITE_WORKFLOW = 'workflows:write:{workflowId}'

// Owners.

const OWN_QUERY: OwnerRule = { sets: ['query:resourceId'] }
const OWN_THREAD: OwnerRule = {
  replaces: ['query:resourceId'],
  names: [{ kind: 'thread', at: 'path:threadId', must: 'own' }],
}
const OWN_AGENT_RUN: OwnerRule = { runs: [{ at: 'body:runId' }] }
/** A run that is about to begin. */
const NEW_RUN: OwnerRule = {
  sets: ['body:resourceId'],
  runs: [{ at: 'query:runId', absent: 'make' }],
}
const OWN_RUN: OwnerRule = { runs: [{ at: 'query:runId' }] }
const OWN_RUN_IN_PATH: OwnerRule = { runs: [{ at: 'path:runId' }] }

// Answers.

/** What is the system prompt, or could hold one. */
const PROMPTS = [
  'instructions',
  'defaultOptions',
  'defaultGenerateOptionsLegacy',
  'defaultStreamOptionsLegacy',
]
const promptsAt = (at: string, unless: string): BlankRule => ({ at, names: PROMPTS, unless })
const toolsAt = (at: string) => ({ at, permission: 'tools:read:{id}', id: 'id' })
const ownIn = (at: string): AnswerRule => ({ lists: [{ at, owner: 'resourceId' }] })
const OF_OWNER: AnswerRule = { owner: 'resourceId' }
const THREAD_OF_OWNER: AnswerRule = { owner: 'thread.resourceId' }
const MESSAGES: AnswerRule = {
  lists: [
    { at: 'messages', owner: 'resourceId' },
    { at: 'uiMessages', sameIdsAs: 'messages' },
  ],
}
/** A list of which only who may read the system sees the entries. */
const ofSystem = (at: string): AnswerRule => ({ lists: [{ at, permission: 'system:read' }] })

const DRAFTS = { query: { writes: ['status', 'versionId'], write: WRITE_AGENT } } as const
const DATA = { body: { members: [{ at: '', allowed: ['data'], drops: ['requestContext'] }] } }

function call(path: string, access: Access = CALL_AGENT): OpenRoute {
  return open('POST', `/agents/:agentId/${path}`, access, CALL_OWNER, { body: CALL_BODY })
}

function decide(path: string): OpenRoute {
  return open('POST', `/agents/:agentId/${path}`, CALL_WITH_ALL_TOOLS, OWN_AGENT_RUN, {
    body: DECISION_BODY,
  })
}

function run(path: string, owner: OwnerRule, access: Access = RUN_WORKFLOW): OpenRoute {
  return open('POST', `/workflows/:workflowId/${path}`, access, owner, { body: WORKFLOW_BODY })
}

/** The upstream says 500 also of a run that is not suspended. */
function resume(path: string): OpenRoute {
  return { ...run(path, OWN_RUN), resumes: '/workflows/:workflowId/runs/:runId' }
}

const AGENTS: readonly RoutePolicy[] = [
  open('GET', '/agents', KNOWN, 'none', {
    answer: {
      lists: [{ at: '', permission: 'agents:read:{id}' }, toolsAt('*.tools')],
      blanks: [promptsAt('*', 'agents:write:{id}')],
    },
  }),
  // It says which environment variables have a key.
  open('GET', '/agents/providers', 'system:read', 'none'),
  open('GET', '/agents/:agentId', READ_AGENT, 'none', {
    ...DRAFTS,
    answer: { lists: [toolsAt('tools')], blanks: [promptsAt('', WRITE_AGENT)] },
  }),
  ...shared(READ_AGENT, [
    'GET /agents/:agentId/voice/speakers',
    'GET /agents/:agentId/speakers',
    'GET /agents/:agentId/voice/listener',
  ]),
  ...shared(CALL_AGENT, ['POST /agents/:agentId/voice/speak', 'POST /agents/:agentId/speak']),
  // A sound that is not bytes ends the process of the application, and what a form holds is not looked into.
  ...shared(
    [CALL_AGENT, WRITE_AGENT],
    ['POST /agents/:agentId/voice/listen', 'POST /agents/:agentId/listen'],
  ),
  open('GET', '/agents/:agentId/tools/:toolId', [READ_AGENT, 'tools:read:{toolId}'], 'none'),
  open(
    'POST',
    '/agents/:agentId/tools/:toolId/execute',
    [CALL_AGENT, 'tools:execute:{toolId}'],
    'none',
    DATA,
  ),
  call('generate'),
  call('generate/vnext'),
  call('stream'),
  call('stream/vnext'),
  call('stream-until-idle'),
  call('streamVNext'),
  // Nobody has seen that they keep to the tools that are named.
  call('stream/vnext/ui', CALL_WITH_ALL_TOOLS),
  call('stream/ui', CALL_WITH_ALL_TOOLS),
  open('POST', '/agents/:agentId/generate-legacy', CALL_WITH_ALL_TOOLS, LEGACY_CALL_OWNER, {
    body: CALL_BODY,
  }),
  open('POST', '/agents/:agentId/stream-legacy', CALL_WITH_ALL_TOOLS, LEGACY_CALL_OWNER, {
    body: CALL_BODY,
  }),
  // A network chooses among agents, workflows and tools, and nothing in its call takes one of them out.
  open(
    'POST',
    '/agents/:agentId/network',
    [CALL_AGENT, 'agents:execute', 'tools:execute', 'workflows:execute'],
    NETWORK_OWNER,
    { body: CALL_BODY },
  ),
  open('POST', '/agents/:agentId/observe', CALL_AGENT, OWN_AGENT_RUN, { body: DECISION_BODY }),
  open('POST', '/agents/:agentId/send-message', CALL_WITH_ALL_TOOLS, MESSAGE_OWNER, {
    body: MESSAGE_BODY,
  }),
  open('POST', '/agents/:agentId/queue-message', CALL_WITH_ALL_TOOLS, MESSAGE_OWNER, {
    body: MESSAGE_BODY,
  }),
  // A signal can speak as the system.
  open('POST', '/agents/:agentId/signals', [WRITE_AGENT, ...CALL_WITH_ALL_TOOLS], MESSAGE_OWNER, {
    body: SIGNALS_BODY,
  }),
  open(
    'POST',
    '/agents/:agentId/threads/abort',
    CALL_AGENT,
    {
      sets: ['body:resourceId'],
      names: [{ kind: 'thread', at: 'body:threadId', must: 'own' }],
      runs: [{ at: 'body:expectedRunId' }],
    },
    { body: { members: [{ at: '', allowed: ['threadId', 'resourceId', 'expectedRunId'] }] } },
  ),
  open(
    'POST',
    '/agents/:agentId/threads/subscribe',
    CALL_AGENT,
    // A thread that nobody has yet could become another's while its stream is open.
    { sets: ['body:resourceId'], names: [{ kind: 'thread', at: 'body:threadId', must: 'own' }] },
    { body: { members: [{ at: '', allowed: ['threadId', 'resourceId'] }] } },
  ),
  // What continues a run offers all tools of the agent again.
  decide('approve-tool-call'),
  decide('decline-tool-call'),
  decide('approve-tool-call-generate'),
  decide('decline-tool-call-generate'),
  decide('approve-network-tool-call'),
  decide('decline-network-tool-call'),
  decide('recover'),
  open('POST', '/agents/:agentId/send-tool-approval', CALL_WITH_ALL_TOOLS, THREAD_DECISION_OWNER, {
    body: THREAD_DECISION_BODY,
  }),
  open('POST', '/agents/:agentId/resume-stream', CALL_WITH_ALL_TOOLS, RESUME_OWNER, {
    body: RESUME_BODY,
  }),
  open('POST', '/agents/:agentId/resume-stream-until-idle', CALL_WITH_ALL_TOOLS, RESUME_OWNER, {
    body: RESUME_BODY,
  }),
  open(
    'GET',
    '/agents/:agentId/suspended-runs',
    CALL_AGENT,
    { ...OWN_QUERY, names: [{ kind: 'thread', at: 'query:threadId', must: 'own' }] },
    { answer: ownIn('runs') },
  ),
  // They change the agent for all, or tell what only its authors know.
  ...shared(WRITE_AGENT, [
    'POST /agents/:agentId/clone',
    'POST /agents/:agentId/model',
    'POST /agents/:agentId/model/reset',
    'POST /agents/:agentId/models/reorder',
    'POST /agents/:agentId/models/:modelConfigId',
    'POST /agents/:agentId/instructions/enhance',
    'GET /agents/:agentId/plans/file',
    'GET /agents/:agentId/skills/:skillName',
  ]),
]

const AUTH: readonly RoutePolicy[] = [
  open('GET', '/auth/capabilities', 'public', 'none', { isOurs: true }),
  open('GET', '/auth/me', 'public', 'none', { isOurs: true }),
  // It revokes the token that it is called with.
  open('POST', '/auth/logout', KNOWN, 'none', { isOurs: true }),
  ...closed('Behind the proxy a token says who calls. The application signs nobody in.', [
    'GET /auth/sso/login',
    'GET /auth/sso/callback',
    'POST /auth/refresh',
    'POST /auth/credentials/sign-in',
    'POST /auth/credentials/sign-up',
  ]),
  ...shared('system:read', [
    'GET /auth/roles/:roleId/permissions',
    'GET /auth/permission-patterns',
  ]),
]

const WORKFLOWS: readonly RoutePolicy[] = [
  open('GET', '/workflows', KNOWN, 'none', {
    answer: { lists: [{ at: '', permission: 'workflows:read:{id}' }] },
  }),
  // It counts the runs of all.
  open('GET', '/workflows/run-counts', 'system:read', 'none'),
  open('GET', '/workflows/:workflowId', READ_WORKFLOW, 'none'),
  open('GET', '/workflows/:workflowId/runs', READ_WORKFLOW, OWN_QUERY, { answer: ownIn('runs') }),
  open('GET', '/workflows/:workflowId/runs/:runId', READ_WORKFLOW, OWN_RUN_IN_PATH),
  open('DELETE', '/workflows/:workflowId/runs/:runId', RUN_WORKFLOW, OWN_RUN_IN_PATH),
  open('POST', '/workflows/:workflowId/runs/:runId/cancel', RUN_WORKFLOW, OWN_RUN_IN_PATH),
  run('create-run', NEW_RUN),
  run('stream', NEW_RUN),
  // An input that the workflow does not take ends the process of the application.
  run('stream-legacy', NEW_RUN, [RUN_WORKFLOW, WRITE_WORKFLOW]),
  run('start', NEW_RUN),
  run('start-async', NEW_RUN),
  resume('resume'),
  resume('resume-async'),
  resume('resume-no-wait'),
  resume('resume-stream'),
  run('restart', OWN_RUN),
  run('restart-async', OWN_RUN),
  open('POST', '/workflows/:workflowId/observe', RUN_WORKFLOW, OWN_RUN),
  open('POST', '/workflows/:workflowId/observe-stream-legacy', RUN_WORKFLOW, OWN_RUN),
  // They begin in the middle, with results that no step has given.
  run('time-travel', OWN_RUN, WRITE_WORKFLOW),
  run('time-travel-async', OWN_RUN, WRITE_WORKFLOW),
  run('time-travel-stream', OWN_RUN, WRITE_WORKFLOW),
  ...shared('system:write', [
    'POST /workflows/:workflowId/restart-all-active-workflow-runs',
    'POST /workflows/:workflowId/restart-all-active-workflow-runs-async',
  ]),
  ...closed('The workers of the application call it, with the state of the run of whomever.', [
    'POST /workflows/:workflowId/runs/:runId/steps/execute',
    'POST /workflows/events',
  ]),
]

const TOOLS: readonly RoutePolicy[] = [
  open('GET', '/tools', KNOWN, 'none', {
    answer: { lists: [{ at: '', permission: 'tools:read:{id}' }] },
  }),
  open('GET', '/tools/:toolId', 'tools:read:{toolId}', 'none'),
  open('POST', '/tools/:toolId/execute', 'tools:execute:{toolId}', OWN_RUN, DATA),
  open('GET', '/processors', KNOWN, 'none', { answer: ofSystem('') }),
  open('GET', '/processors/:processorId', 'system:read', 'none'),
  open('POST', '/processors/:processorId/execute', 'system:write', 'none'),
]

const RESPONSES: readonly RoutePolicy[] = [
  open(
    'POST',
    '/v1/responses',
    'tools:execute',
    {
      names: [
        { kind: 'conversation', at: 'body:conversation_id', must: 'own' },
        { kind: 'response', at: 'body:previous_response_id', must: 'own' },
      ],
      makes: 'conversation',
    },
    {
      bodyAccess: { permission: CALL_AGENT, at: 'body:agent_id' },
      body: {
        members: [
          {
            at: '',
            allowed: [
              'agent_id',
              'input',
              'text',
              'conversation_id',
              'stream',
              'store',
              'previous_response_id',
            ],
            writes: ['model', 'instructions', 'providerOptions'],
            drops: ['requestContext'],
          },
        ],
        write: 'agents:write',
        messages: ['input'],
      },
    },
  ),
  open('GET', '/v1/responses/:responseId', 'memory:read', {
    names: [{ kind: 'response', at: 'path:responseId', must: 'own' }],
  }),
  open('DELETE', '/v1/responses/:responseId', 'memory:delete', {
    names: [{ kind: 'response', at: 'path:responseId', must: 'own' }],
  }),
  open(
    'POST',
    '/v1/conversations',
    'memory:write',
    {
      sets: ['body:resource_id'],
      names: [{ kind: 'thread', at: 'body:conversation_id', must: 'new' }],
    },
    {
      bodyAccess: { permission: CALL_AGENT, at: 'body:agent_id' },
      body: {
        members: [
          {
            at: '',
            allowed: ['agent_id', 'conversation_id', 'resource_id', 'title', 'metadata'],
            drops: ['requestContext'],
          },
        ],
      },
      answer: THREAD_OF_OWNER,
    },
  ),
  open(
    'GET',
    '/v1/conversations/:conversationId',
    'memory:read',
    { names: [{ kind: 'conversation', at: 'path:conversationId', must: 'own' }] },
    { answer: THREAD_OF_OWNER },
  ),
  open('GET', '/v1/conversations/:conversationId/items', 'memory:read', {
    names: [{ kind: 'conversation', at: 'path:conversationId', must: 'own' }],
  }),
  open('DELETE', '/v1/conversations/:conversationId', 'memory:delete', {
    names: [{ kind: 'conversation', at: 'path:conversationId', must: 'own' }],
  }),
]

/** The client sends the agent in the body, too; the upstream reads it in the query. */
const MEMORY_DROPS = ['requestContext', 'agentId', 'networkId'] as const

/** The routes of threads and messages, which the contract has twice. */
function threads(base: string): readonly OpenRoute[] {
  return [
    open('GET', `${base}/status`, 'memory:read', {
      ...OWN_QUERY,
      names: [{ kind: 'thread', at: 'query:threadId', must: 'own or new' }],
    }),
    open('GET', `${base}/threads`, 'memory:read', OWN_QUERY, { answer: ownIn('threads') }),
    open(
      'POST',
      `${base}/threads`,
      'memory:write',
      {
        sets: ['body:resourceId'],
        names: [{ kind: 'thread', at: 'body:threadId', must: 'new' }],
      },
      {
        body: {
          members: [
            {
              at: '',
              allowed: ['resourceId', 'title', 'metadata', 'threadId'],
              drops: MEMORY_DROPS,
            },
          ],
        },
        answer: OF_OWNER,
      },
    ),
    open('GET', `${base}/threads/:threadId`, 'memory:read', OWN_THREAD, { answer: OF_OWNER }),
    open(
      'PATCH',
      `${base}/threads/:threadId`,
      'memory:write',
      {
        ...OWN_THREAD,
        replaces: ['body:resourceId', 'query:resourceId'],
      },
      {
        body: {
          members: [{ at: '', allowed: ['title', 'metadata', 'resourceId'], drops: MEMORY_DROPS }],
        },
        answer: OF_OWNER,
      },
    ),
    open('DELETE', `${base}/threads/:threadId`, 'memory:delete', OWN_THREAD),
    open('GET', `${base}/threads/:threadId/messages`, 'memory:read', OWN_THREAD, {
      answer: MESSAGES,
    }),
    open(
      'POST',
      `${base}/save-messages`,
      'memory:write',
      {
        sets: ['body:messages[].resourceId'],
        names: [{ kind: 'thread', at: 'body:messages[].threadId', must: 'own' }],
      },
      {
        body: {
          members: [{ at: '', allowed: ['messages'], drops: MEMORY_DROPS }],
          write: 'agents:write',
          storedMessages: ['messages'],
        },
      },
    ),
    open(
      'POST',
      `${base}/messages/delete`,
      'memory:delete',
      {
        replaces: ['query:resourceId'],
        names: [{ kind: 'message', at: 'body:messageIds', must: 'own' }],
      },
      {
        body: { members: [{ at: '', allowed: ['messageIds'], drops: MEMORY_DROPS }] },
      },
    ),
  ]
}

const NO_CONFIG = { query: { drops: ['memoryConfig'] } }
const OWN_MEMORY: OwnerRule = {
  ...OWN_QUERY,
  names: [{ kind: 'thread', at: 'query:threadId', must: 'own' }],
}

const MEMORY: readonly RoutePolicy[] = [
  ...threads('/memory'),
  ...threads('/memory/network'),
  open('GET', '/memory/config', 'memory:read', 'none'),
  open('GET', '/memory/observational-memory', 'memory:read', OWN_MEMORY, {
    answer: ownIn('history'),
  }),
  open(
    'POST',
    '/memory/observational-memory/buffer-status',
    'memory:read',
    { sets: ['body:resourceId'], names: [{ kind: 'thread', at: 'body:threadId', must: 'own' }] },
    {
      body: {
        members: [
          { at: '', allowed: ['agentId', 'resourceId', 'threadId'], drops: ['requestContext'] },
        ],
      },
    },
  ),
  open(
    'GET',
    '/memory/threads/:threadId/working-memory',
    'memory:read',
    { ...OWN_QUERY, names: [{ kind: 'thread', at: 'path:threadId', must: 'own or new' }] },
    NO_CONFIG,
  ),
  open(
    'POST',
    '/memory/threads/:threadId/working-memory',
    'memory:write',
    {
      sets: ['body:resourceId'],
      replaces: ['query:resourceId'],
      names: [{ kind: 'thread', at: 'path:threadId', must: 'own' }],
    },
    {
      body: {
        members: [
          {
            at: '',
            allowed: ['workingMemory', 'resourceId'],
            drops: ['memoryConfig', ...MEMORY_DROPS],
          },
        ],
      },
    },
  ),
  open(
    'POST',
    '/memory/threads/:threadId/clone',
    'memory:write',
    {
      sets: ['body:resourceId'],
      replaces: ['query:resourceId'],
      names: [
        { kind: 'thread', at: 'path:threadId', must: 'own' },
        { kind: 'thread', at: 'body:newThreadId', must: 'new' },
        { kind: 'message', at: 'body:options.messageFilter.messageIds', must: 'own' },
      ],
    },
    {
      body: {
        members: [
          {
            at: '',
            allowed: ['newThreadId', 'resourceId', 'title', 'metadata', 'options'],
            drops: MEMORY_DROPS,
          },
          { at: 'options', allowed: ['messageLimit', 'messageFilter'] },
          { at: 'options.messageFilter', allowed: ['startDate', 'endDate', 'messageIds'] },
        ],
      },
      answer: THREAD_OF_OWNER,
    },
  ),
  ...closed('It gives a thread to another owner.', ['POST /memory/threads/:threadId/transfer']),
  open('GET', '/memory/search', 'memory:read', OWN_MEMORY, {
    ...NO_CONFIG,
    // The entries name no owner; their threads are looked up by the resource that is set.
  }),
]

/** Scores, traces, logs and metrics are of all users. */
const OBSERVED: readonly RoutePolicy[] = [
  open('GET', '/scores/scorers', KNOWN, 'none', { answer: ofSystem('') }),
  ...shared('system:read', [
    'GET /scores/scorers/:scorerId',
    'GET /scores/run/:runId',
    'GET /scores/scorer/:scorerId',
    'GET /scores/entity/:entityType/:entityId',
    'GET /observability/traces',
    'GET /observability/traces/light',
    'GET /observability/branches',
    'GET /observability/traces/:traceId/branches/:spanId',
    'GET /observability/traces/:traceId',
    'GET /observability/traces/:traceId/light',
    'GET /observability/traces/:traceId/spans/:spanId',
    'GET /observability/traces/:traceId/trajectory',
    'GET /observability/traces/:traceId/:spanId/scores',
    'POST /observability/traces/query',
    'POST /observability/threads/query',
    'POST /observability/traces/query/fields',
    'POST /observability/traces/query/values',
    'GET /observability/metrics',
    'GET /observability/logs',
    'GET /observability/scores',
    'GET /observability/scores/:scoreId',
    'POST /observability/scores/aggregate',
    'POST /observability/scores/breakdown',
    'POST /observability/scores/timeseries',
    'POST /observability/scores/percentiles',
    'GET /observability/feedback',
    'POST /observability/feedback/aggregate',
    'POST /observability/feedback/breakdown',
    'POST /observability/feedback/timeseries',
    'POST /observability/feedback/percentiles',
    'POST /observability/metrics/aggregate',
    'POST /observability/metrics/breakdown',
    'POST /observability/metrics/timeseries',
    'POST /observability/metrics/percentiles',
    'GET /observability/discovery/metric-names',
    'GET /observability/discovery/metric-label-keys',
    'GET /observability/discovery/metric-label-values',
    'GET /observability/discovery/entity-types',
    'GET /observability/discovery/entity-names',
    'GET /observability/discovery/service-names',
    'GET /observability/discovery/environments',
    'GET /observability/discovery/tags',
    'GET /logs/transports',
    'GET /logs',
    'GET /logs/:runId',
  ]),
  ...shared('system:write', [
    'POST /scores',
    'POST /observability/traces/score',
    'POST /observability/scores',
    'POST /observability/feedback',
    'PATCH /observability/feedback/:feedbackId/review-status',
  ]),
  ...shared('system:delete', [
    'POST /observability/traces/delete',
    'DELETE /observability/scores',
    'DELETE /observability/feedback',
  ]),
]

/** What an index, a workspace, a dataset or an experiment holds is of all users. */
const SHARED_DATA: readonly RoutePolicy[] = [
  ...shared('system:read', [
    'POST /vector/:vectorName/query',
    'GET /vector/:vectorName/indexes',
    'GET /vector/:vectorName/indexes/:indexName',
    'GET /vectors',
    'GET /embedders',
    'GET /workspaces/:workspaceId',
    'GET /workspaces/:workspaceId/fs/read',
    'GET /workspaces/:workspaceId/fs/list',
    'GET /workspaces/:workspaceId/fs/stat',
    'GET /workspaces/:workspaceId/search',
    'GET /workspaces/:workspaceId/skills/search',
    'GET /workspaces/:workspaceId/skills',
    'GET /workspaces/:workspaceId/skills/:skillName',
    'GET /workspaces/:workspaceId/skills/:skillName/references',
    'GET /workspaces/:workspaceId/skills/:skillName/references/:referencePath',
    'GET /workspaces/:workspaceId/skills-sh/search',
    'GET /workspaces/:workspaceId/skills-sh/popular',
    'GET /workspaces/:workspaceId/skills-sh/preview',
    'GET /datasets',
    'GET /datasets/:datasetId',
    'GET /datasets/:datasetId/items',
    'GET /datasets/:datasetId/items/:itemId',
    'GET /datasets/:datasetId/versions',
    'GET /datasets/:datasetId/items/:itemId/history',
    'GET /datasets/:datasetId/items/:itemId/versions/:datasetVersion',
    'GET /experiments',
    'GET /experiments/review-summary',
    'GET /datasets/:datasetId/experiments',
    'GET /datasets/:datasetId/experiments/:experimentId',
    'GET /datasets/:datasetId/experiments/:experimentId/results',
    'POST /datasets/:datasetId/compare',
  ]),
  open('GET', '/workspaces', KNOWN, 'none', { answer: ofSystem('workspaces') }),
  ...shared('system:write', [
    'POST /vector/:vectorName/upsert',
    'POST /vector/:vectorName/create-index',
    'POST /workspaces/:workspaceId/fs/write',
    'POST /workspaces/:workspaceId/fs/mkdir',
    'POST /workspaces/:workspaceId/index',
    'POST /workspaces/:workspaceId/skills-sh/install',
    'POST /workspaces/:workspaceId/skills-sh/remove',
    'POST /workspaces/:workspaceId/skills-sh/update',
    'POST /datasets',
    'PATCH /datasets/:datasetId',
    'POST /datasets/:datasetId/items',
    'POST /datasets/:datasetId/items/batch',
    'PATCH /datasets/:datasetId/items/:itemId',
    'POST /datasets/:datasetId/experiments',
    'POST /datasets/:datasetId/experiments/:experimentId/items/:itemId/run',
    'POST /datasets/:datasetId/experiments/:experimentId/results',
    'POST /datasets/:datasetId/experiments/:experimentId/finalize',
    'PATCH /datasets/:datasetId/experiments/:experimentId',
    'PATCH /datasets/:datasetId/experiments/:experimentId/results/:resultId',
    'POST /datasets/:datasetId/generate-items',
    'POST /datasets/cluster-failures',
  ]),
  ...shared('system:delete', [
    'DELETE /vector/:vectorName/indexes/:indexName',
    'DELETE /workspaces/:workspaceId/fs/delete',
    'DELETE /datasets/:datasetId',
    'DELETE /datasets/:datasetId/items/batch',
    'DELETE /datasets/:datasetId/items/:itemId/purge',
    'DELETE /datasets/:datasetId/items/:itemId',
    'DELETE /experiments/:experimentId',
    'DELETE /datasets/:datasetId/experiments/:experimentId',
  ]),
]

const A2A: readonly RoutePolicy[] = [
  // The card tells the system prompt.
  open('GET', '/.well-known/:agentId/agent-card.json', [READ_AGENT, WRITE_AGENT], 'none'),
  ...closed('Its tasks and contexts name no owner that the proxy could ask for.', [
    'POST /a2a/:agentId',
  ]),
]

const MCP: readonly RoutePolicy[] = [
  open('GET', '/mcp/v0/servers', KNOWN, 'none', {
    answer: { lists: [{ at: 'servers', permission: 'tools:read' }] },
  }),
  open('GET', '/mcp/v0/servers/:id', 'tools:read', 'none'),
  open('GET', '/mcp/:serverId/tools', KNOWN, 'none', {
    answer: { lists: [{ at: 'tools', permission: 'tools:read:{id}', id: 'name' }] },
  }),
  open('GET', '/mcp/:serverId/tools/:toolId', 'tools:read:{toolId}', 'none'),
  open('POST', '/mcp/:serverId/tools/:toolId/execute', 'tools:execute:{toolId}', 'none', {
    mcp: 'tool',
    body: {
      members: [
        { at: '', allowed: ['data', 'resumeData', 'suspendPayload'], drops: ['requestContext'] },
      ],
    },
  }),
  open('GET', '/mcp/:serverId/resources', 'tools:read', 'none'),
  open('POST', '/mcp/:serverId/resources/read', 'tools:read', 'none'),
  // Each message is judged by what it asks for.
  open('ALL', '/mcp/:serverId/mcp', KNOWN, 'none', { mcp: 'message' }),
  ...closed(
    'Its answers go to a stream that belongs to whoever knows its id. Use the route /mcp.',
    ['ALL /mcp/:serverId/sse', 'POST /mcp/:serverId/messages'],
  ),
]

/** What is stored are agents, prompts, skills and keys for all users. */
const STORED: readonly RoutePolicy[] = [
  ...shared('agents:write', [
    'GET /stored/agents',
    'POST /stored/agents/preview-instructions',
    'GET /stored/agents/:storedAgentId/dependents',
    'POST /stored/agents/:storedAgentId/export',
    'POST /stored/agents/:storedAgentId/change-request',
    'GET /stored/agents/:storedAgentId',
    'POST /stored/agents',
    'PATCH /stored/agents/:storedAgentId',
    'DELETE /stored/agents/:storedAgentId',
    'GET /stored/agents/:agentId/versions',
    'POST /stored/agents/:agentId/versions',
    'GET /stored/agents/:agentId/versions/compare',
    'GET /stored/agents/:agentId/versions/:versionId',
    'POST /stored/agents/:agentId/versions/:versionId/activate',
    'POST /stored/agents/:agentId/versions/:versionId/restore',
    'DELETE /stored/agents/:agentId/versions/:versionId',
    'PUT /stored/agents/:storedAgentId/favorite',
    'DELETE /stored/agents/:storedAgentId/favorite',
    'GET /stored/prompt-blocks',
    'GET /stored/prompt-blocks/:storedPromptBlockId',
    'POST /stored/prompt-blocks',
    'PATCH /stored/prompt-blocks/:storedPromptBlockId',
    'DELETE /stored/prompt-blocks/:storedPromptBlockId',
    'GET /stored/prompt-blocks/:promptBlockId/versions',
    'POST /stored/prompt-blocks/:promptBlockId/versions',
    'GET /stored/prompt-blocks/:promptBlockId/versions/compare',
    'GET /stored/prompt-blocks/:promptBlockId/versions/:versionId',
    'POST /stored/prompt-blocks/:promptBlockId/versions/:versionId/activate',
    'POST /stored/prompt-blocks/:promptBlockId/versions/:versionId/restore',
    'DELETE /stored/prompt-blocks/:promptBlockId/versions/:versionId',
  ]),
  ...shared('workflows:write', [
    'GET /stored/workflows',
    'POST /stored/workflows',
    'GET /stored/workflows/:dynamicWorkflowId',
    'DELETE /stored/workflows/:dynamicWorkflowId',
  ]),
  // MCP clients and workspaces hold keys; scorers and skills run for all.
  ...shared('system:write', [
    'GET /stored/mcp-clients',
    'GET /stored/mcp-clients/:storedMCPClientId',
    'POST /stored/mcp-clients',
    'PATCH /stored/mcp-clients/:storedMCPClientId',
    'DELETE /stored/mcp-clients/:storedMCPClientId',
    'GET /stored/mcp-clients/:mcpClientId/versions',
    'POST /stored/mcp-clients/:mcpClientId/versions',
    'GET /stored/mcp-clients/:mcpClientId/versions/compare',
    'GET /stored/mcp-clients/:mcpClientId/versions/:versionId',
    'POST /stored/mcp-clients/:mcpClientId/versions/:versionId/activate',
    'POST /stored/mcp-clients/:mcpClientId/versions/:versionId/restore',
    'DELETE /stored/mcp-clients/:mcpClientId/versions/:versionId',
    'GET /stored/scorers',
    'GET /stored/scorers/:storedScorerId',
    'POST /stored/scorers',
    'PATCH /stored/scorers/:storedScorerId',
    'DELETE /stored/scorers/:storedScorerId',
    'GET /stored/scorers/:scorerId/versions',
    'POST /stored/scorers/:scorerId/versions',
    'GET /stored/scorers/:scorerId/versions/compare',
    'GET /stored/scorers/:scorerId/versions/:versionId',
    'POST /stored/scorers/:scorerId/versions/:versionId/activate',
    'POST /stored/scorers/:scorerId/versions/:versionId/restore',
    'DELETE /stored/scorers/:scorerId/versions/:versionId',
    'GET /stored/workspaces',
    'GET /stored/workspaces/:storedWorkspaceId',
    'POST /stored/workspaces',
    'PATCH /stored/workspaces/:storedWorkspaceId',
    'DELETE /stored/workspaces/:storedWorkspaceId',
    'GET /stored/skills',
    'GET /stored/skills/:storedSkillId',
    'POST /stored/skills',
    'PATCH /stored/skills/:storedSkillId',
    'DELETE /stored/skills/:storedSkillId',
    'POST /stored/skills/:storedSkillId/publish',
    'PUT /stored/skills/:storedSkillId/favorite',
    'DELETE /stored/skills/:storedSkillId/favorite',
  ]),
]

const TOOL_PROVIDERS: readonly RoutePolicy[] = [
  ...shared('system:read', [
    'GET /tool-providers',
    'GET /tool-providers/:providerId/toolkits',
    'GET /tool-providers/:providerId/tools',
    'GET /tool-providers/:providerId/tools/:toolSlug/schema',
    'GET /tool-providers/:providerId/health',
    'GET /processor-providers',
    'GET /processor-providers/:providerId',
  ]),
  // A connection is somebody's account at another service.
  ...shared('system:write', [
    'POST /tool-providers/:providerId/authorize',
    'GET /tool-providers/:providerId/auth-status/:authId',
    'POST /tool-providers/:providerId/connection-status',
    'GET /tool-providers/:providerId/connections',
    'GET /tool-providers/:providerId/connection-fields',
    'DELETE /tool-providers/:providerId/connections/:connectionId',
    'PATCH /tool-providers/:providerId/connections/:connectionId',
    'GET /tool-providers/:providerId/connections/:connectionId/usage',
  ]),
]

const SYSTEM: readonly RoutePolicy[] = [
  open('GET', '/system/packages', KNOWN, 'none'),
  open('GET', '/system/api-schema', 'system:read', 'none'),
  ...shared(KNOWN, ['GET /editor/builder/settings', 'GET /editor/workflow-builder/settings']),
  ...shared('system:read', [
    'GET /editor/builder/models/available',
    'GET /editor/builder/infrastructure',
    'GET /editor/builder/registries',
    'GET /editor/builder/registries/:registryId/search',
    'GET /editor/builder/registries/:registryId/popular',
    'GET /editor/builder/registries/:registryId/preview',
  ]),
  ...shared('workflows:write', ['POST /editor/workflow-builder/stream']),
  ...shared('system:write', ['POST /editor/builder/registries/:registryId/install']),
  // It writes the code of the application.
  ...shared('system:write', [
    'GET /agent-builder',
    'GET /agent-builder/:actionId',
    'GET /agent-builder/:actionId/runs',
    'GET /agent-builder/:actionId/runs/:runId',
    'POST /agent-builder/:actionId/create-run',
    'POST /agent-builder/:actionId/stream',
    'POST /agent-builder/:actionId/stream-legacy',
    'POST /agent-builder/:actionId/start-async',
    'POST /agent-builder/:actionId/start',
    'POST /agent-builder/:actionId/observe',
    'POST /agent-builder/:actionId/observe-stream-legacy',
    'POST /agent-builder/:actionId/resume-async',
    'POST /agent-builder/:actionId/resume-no-wait',
    'POST /agent-builder/:actionId/resume',
    'POST /agent-builder/:actionId/resume-stream',
    'POST /agent-builder/:actionId/runs/:runId/cancel',
  ]),
  open('GET', '/channels/platforms', KNOWN, 'none', { answer: ofSystem('') }),
  ...shared('system:read', ['GET /channels/:platform/installations']),
  ...shared('system:write', [
    'POST /channels/:platform/connect',
    'POST /channels/:platform/:agentId/disconnect',
  ]),
]

const TASKS: readonly RoutePolicy[] = [
  open('GET', '/background-tasks/stream', 'memory:read', OWN_MEMORY),
  open('GET', '/background-tasks', 'memory:read', OWN_MEMORY, { answer: ownIn('tasks') }),
  open('GET', '/background-tasks/:backgroundTaskId', 'memory:read', 'none', { answer: OF_OWNER }),
]

const OWN_SCHEDULE: OwnerRule = {
  names: [{ kind: 'schedule', at: 'path:scheduleId', must: 'own' }],
}

/** The context that the application keeps with a schedule has the token that the proxy showed it. */
const contextAt = (at: string): readonly DropRule[] => [
  { at, names: ['requestContext'] },
  {
    at: at === '' ? 'ifIdle.streamOptions' : `${at}.ifIdle.streamOptions`,
    names: ['requestContext'],
  },
]
const SCHEDULE: AnswerRule = { ...OF_OWNER, drops: contextAt('') }

const SCHEDULE_MEMBERS = [
  {
    at: '',
    allowed: [
      'id',
      'agentId',
      'workflowId',
      'cron',
      'timezone',
      'status',
      'prompt',
      'name',
      'threadId',
      'resourceId',
      'signalType',
      'tagName',
      'attributes',
      'ifActive',
      'ifIdle',
      'inputData',
      'initialState',
      'metadata',
    ],
    writes: ['providerOptions'],
    drops: ['requestContext'],
  },
  { at: 'ifIdle', allowed: ['behavior', 'attributes'], drops: ['streamOptions'] },
]

/** A schedule runs when nobody calls, after the token that made it has expired or is revoked. */
const SCHEDULES: readonly RoutePolicy[] = [
  open('GET', '/schedules', 'system:read', OWN_MEMORY, {
    answer: { ...ownIn('schedules'), drops: contextAt('schedules.*') },
  }),
  open('GET', '/schedules/:scheduleId', 'system:read', OWN_SCHEDULE, { answer: SCHEDULE }),
  open('GET', '/schedules/:scheduleId/triggers', 'system:read', OWN_SCHEDULE),
  open(
    'POST',
    '/schedules',
    'system:write',
    {
      sets: ['body:resourceId'],
      names: [
        { kind: 'schedule', at: 'body:id', must: 'new' },
        { kind: 'thread', at: 'body:threadId', must: 'own' },
      ],
    },
    { body: { members: SCHEDULE_MEMBERS }, answer: SCHEDULE },
  ),
  open(
    'PATCH',
    '/schedules/:scheduleId',
    'system:write',
    { ...OWN_SCHEDULE, replaces: ['body:resourceId'] },
    { body: { members: SCHEDULE_MEMBERS }, answer: SCHEDULE },
  ),
  open('DELETE', '/schedules/:scheduleId', 'system:write', OWN_SCHEDULE),
  open('POST', '/schedules/:scheduleId/pause', 'system:write', OWN_SCHEDULE, { answer: SCHEDULE }),
  open('POST', '/schedules/:scheduleId/resume', 'system:write', OWN_SCHEDULE, { answer: SCHEDULE }),
  open('POST', '/schedules/:scheduleId/run', 'system:write', OWN_SCHEDULE),
]

const OWN_SESSION: OwnerRule = { sets: ['path:resourceId'] }
const OWN_SESSION_THREAD: OwnerRule = {
  ...OWN_SESSION,
  names: [{ kind: 'thread', at: 'path:threadId', must: 'own' }],
}
/** A session has modes, models and permissions of its own, and every tool. */
const SESSION: Access = ['agents:write', 'tools:execute']

function session(
  method: PolicyMethod,
  path: string,
  owner = OWN_SESSION,
  more: More = {},
): OpenRoute {
  return open(method, `/agent-controller/:controllerId/sessions${path}`, SESSION, owner, more)
}

const SAY = {
  body: { members: [{ at: '', allowed: ['message', 'files'], drops: ['requestContext'] }] },
}

const CONTROLLERS: readonly RoutePolicy[] = [
  ...shared('system:read', [
    'GET /agent-controller',
    'GET /agent-controller/:controllerId/modes',
    'GET /agent-controller/:controllerId/models',
    'GET /agent-controller/:controllerId/active-runs',
    'GET /agent-controller/:controllerId/workspace',
  ]),
  session(
    'POST',
    '',
    {
      sets: ['body:resourceId'],
      names: [{ kind: 'thread', at: 'body:threadId', must: 'own or new' }],
    },
    {
      body: {
        members: [
          {
            at: '',
            allowed: ['resourceId', 'tags', 'threadId', 'sessionScope'],
            drops: ['requestContext'],
          },
        ],
      },
      answer: OF_OWNER,
    },
  ),
  session(
    'GET',
    '/:resourceId',
    { ...OWN_SESSION, names: [{ kind: 'thread', at: 'query:threadId', must: 'own' }] },
    { answer: OF_OWNER },
  ),
  session('GET', '/:resourceId/threads'),
  session('POST', '/:resourceId/threads', OWN_SESSION, {
    body: { members: [{ at: '', allowed: ['title'], drops: ['requestContext'] }] },
    answer: OF_OWNER,
  }),
  session('DELETE', '/:resourceId/threads/:threadId', OWN_SESSION_THREAD),
  session('PUT', '/:resourceId/threads/:threadId', OWN_SESSION_THREAD, {
    body: { members: [{ at: '', allowed: ['title'], drops: ['requestContext'] }] },
  }),
  session(
    'POST',
    '/:resourceId/threads/clone',
    {
      ...OWN_SESSION,
      names: [{ kind: 'thread', at: 'body:sourceThreadId', must: 'own' }],
    },
    {
      body: {
        members: [{ at: '', allowed: ['sourceThreadId', 'title'], drops: ['requestContext'] }],
      },
      answer: OF_OWNER,
    },
  ),
  session('GET', '/:resourceId/threads/:threadId/messages', OWN_SESSION_THREAD, {
    answer: MESSAGES,
  }),
  session('GET', '/:resourceId/stream'),
  session('POST', '/:resourceId/messages', OWN_SESSION, SAY),
  session('POST', '/:resourceId/steer', OWN_SESSION, SAY),
  session('POST', '/:resourceId/follow-up', OWN_SESSION, SAY),
  session('POST', '/:resourceId/abort'),
  session('POST', '/:resourceId/tool-approval', OWN_SESSION, {
    body: { members: [{ at: '', allowed: ['toolCallId', 'approved'], drops: ['requestContext'] }] },
  }),
  session('POST', '/:resourceId/tool-suspension', OWN_SESSION, {
    body: {
      members: [{ at: '', allowed: ['toolCallId', 'resumeData'], drops: ['requestContext'] }],
    },
  }),
  session('POST', '/:resourceId/mode'),
  session('POST', '/:resourceId/model'),
  session(
    'POST',
    '/:resourceId/thread',
    {
      ...OWN_SESSION,
      names: [{ kind: 'thread', at: 'body:threadId', must: 'own' }],
    },
    {
      body: { members: [{ at: '', allowed: ['threadId'], drops: ['requestContext'] }] },
    },
  ),
  session('POST', '/:resourceId/notifications'),
  session('GET', '/:resourceId/om'),
  session('GET', '/:resourceId/goal'),
  session('POST', '/:resourceId/goal'),
  session('PUT', '/:resourceId/goal'),
  session('DELETE', '/:resourceId/goal'),
  session('GET', '/:resourceId/permissions'),
  session('PUT', '/:resourceId/permissions/category'),
  session('PUT', '/:resourceId/permissions/tool'),
  session('PUT', '/:resourceId/state', OWN_SESSION, {
    body: { members: [{ at: '', allowed: ['state'], drops: ['requestContext'] }] },
  }),
  ...closed('It tells of sessions of other owners, or moves a session to another owner.', [
    'POST /agent-controller/:controllerId/sessions/:resourceId/resource',
    'GET /agent-controller/:controllerId/sessions/:resourceId/resources',
  ]),
]

/** A line that asks for permissions of an agent looks up which one is meant. */
function withAgent(line: RoutePolicy): RoutePolicy {
  const isOfAgent = JSON.stringify(line).includes('{agentId}')
  return isClosed(line) || !isOfAgent ? line : { ...line, looksUpAgent: true }
}

/** One line for each route of the contract, below the prefix of the API. */
export const MASTRA_1: readonly RoutePolicy[] = [
  ...AGENTS,
  ...AUTH,
  ...WORKFLOWS,
  ...TOOLS,
  ...RESPONSES,
  ...MEMORY,
  ...OBSERVED,
  ...SHARED_DATA,
  ...A2A,
  ...MCP,
  ...STORED,
  ...TOOL_PROVIDERS,
  ...SYSTEM,
  ...TASKS,
  ...SCHEDULES,
  ...CONTROLLERS,
].map(withAgent)

/** Where the routes of the application stand, unless it says otherwise. */
const PREFIX = '/api'

/** The table of Mastra, with the prefix that its server has by default. */
export const MASTRA_TABLE: PolicyTable = createPolicyTable([{ prefix: PREFIX, lines: MASTRA_1 }])

/** What the table of Mastra says of a request: its method, and its path with the prefix `/api`. */
export function findPolicy(method: string, path: string): PolicyMatch {
  return MASTRA_TABLE.find(method, path)
}
