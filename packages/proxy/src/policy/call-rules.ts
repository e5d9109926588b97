import type { BodyRule, MemberRule, OwnerRule } from './route-policy.js'

/** How a model draws its words. */
const SAMPLING = [
  'temperature',
  'maxTokens',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
  'maxRetries',
]

/** What a client may say in a call of an agent: what it is asked, and nothing that makes another agent of it. */
const ALLOWED = [
  'messages',
  'context',
  'memory',
  'threadId',
  'resourceId',
  'runId',
  'savePerStep',
  'maxSteps',
  'modelSettings',
  'activeTools',
  'clientTools',
  'toolChoice',
  'returnScorerData',
  'tracingOptions',
  'output',
  'experimental_output',
  'structuredOutput',
  'untilIdle',
  'maxIdleMs',
  'closeOnSuspend',
  'includeRawChunks',
  'disableBackgroundTasks',
  'format',
  // Of the legacy routes, which have them beside the messages.
  'memoryOptions',
  ...SAMPLING,
]

/** Who may change the agent may say these, too. */
const WRITES = [
  'instructions',
  'system',
  'model',
  'providerOptions',
  'toolsets',
  'versions',
  'scorers',
  'stopWhen',
  'autoResumeSuspendedTools',
  'maxProcessorRetries',
  'toolCallConcurrency',
  'isTaskComplete',
  'delegation',
  'routing',
  'completion',
]

/** What the proxy leaves out: the context of the request is ours, and functions do not travel. */
const DROPS = ['requestContext', 'runtimeContext', 'abortSignal', 'onStepFinish', 'onFinish']

const NESTED = (at: string): readonly MemberRule[] => {
  const below = (name: string) => (at === '' ? name : `${at}.${name}`)
  return [
    { at: below('memory'), allowed: ['thread', 'resource', 'options', 'readOnly'] },
    { at: below('memory.thread'), allowed: ['id', 'title', 'metadata'] },
    ...['memory.options', 'memoryOptions'].map((name) => ({
      at: below(name),
      allowed: [
        'lastMessages',
        'messageHistory',
        'semanticRecall',
        'readOnly',
        'filterIncompleteToolCalls',
      ],
      writes: [
        'workingMemory',
        'observationalMemory',
        'generateTitle',
        'retainFullInput',
        'threads',
      ],
    })),
    {
      at: below('modelSettings'),
      allowed: ['maxOutputTokens', ...SAMPLING],
      writes: ['headers', 'reasoning'],
    },
    {
      at: below('structuredOutput'),
      allowed: ['schema', 'jsonPromptInjection', 'errorStrategy', 'fallbackValue'],
      writes: ['model', 'instructions', 'providerOptions'],
    },
    TRACING(at),
  ]
}

/** A trace that a client names could be another's: the upstream begins one of its own. */
const TRACING = (at: string): MemberRule => ({
  at: at === '' ? 'tracingOptions' : `${at}.tracingOptions`,
  allowed: ['metadata', 'tags', 'hideInput', 'hideOutput'],
  drops: ['traceId', 'parentSpanId', 'requestContextKeys'],
})

/**
 * The options of a call, wherever they stand in a body.
 * @param more - further members that are let through
 * @param drops - further members that the proxy leaves out
 */
function callAt(
  at: string,
  more: readonly string[] = [],
  drops: readonly string[] = [],
): readonly MemberRule[] {
  return [
    {
      at,
      allowed: [...ALLOWED, ...more],
      writes: WRITES,
      drops: [...DROPS, ...drops],
      onlyTrue: ['requireToolApproval'],
      isCall: true,
    },
    ...NESTED(at),
  ]
}

const WRITE = 'agents:write:{agentId}'

/** A question to an agent. */
export const CALL_BODY: BodyRule = {
  members: callAt('', ['requireToolApproval']),
  write: WRITE,
  messages: ['messages', 'context'],
}

/** A run of an agent that continues, with the options of a call beside it. */
export const RESUME_BODY: BodyRule = {
  members: callAt('', ['requireToolApproval', 'resumeData', 'toolCallId']),
  write: WRITE,
  messages: ['messages', 'context'],
}

/**
 * A question to an agent as the AI SDK's `useChat` sends it to a `chatRoute`. The ids of the chat and of its messages are the
 * client's own.
 */
export const CHAT_BODY: BodyRule = {
  members: callAt('', ['requireToolApproval', 'resumeData', 'trigger'], ['id', 'messageId']),
  write: WRITE,
  messages: ['messages', 'context'],
  approvals: ['messages', 'context'],
}

/** Whose a call is: its memory, its thread and its run. */
export const CALL_OWNER: OwnerRule = {
  setsWithin: ['body:memory.resource'],
  replaces: ['body:resourceId'],
  names: [
    { kind: 'thread', at: 'body:memory.thread', must: 'own or new' },
    { kind: 'thread', at: 'body:threadId', must: 'own or new' },
  ],
  runs: [{ at: 'body:runId', absent: 'make' }],
}

/** The same with the names of the legacy routes. */
export const LEGACY_CALL_OWNER: OwnerRule = { ...CALL_OWNER, sets: ['body:resourceId'] }

/** A network without a memory would share the one that has its name with all callers. */
export const NETWORK_OWNER: OwnerRule = { ...CALL_OWNER, makes: 'memory' }

/** A run that continues is one that the caller began. */
export const RESUME_OWNER: OwnerRule = { ...CALL_OWNER, runs: [{ at: 'body:runId' }] }

/** A decision on a tool that waits. */
export const DECISION_BODY: BodyRule = {
  members: [
    {
      at: '',
      allowed: ['runId', 'toolCallId', 'format', 'reason', 'offset'],
      writes: ['model', 'versions'],
      drops: ['requestContext'],
    },
  ],
  write: WRITE,
}

const SIGNAL_BODY = (name: string): BodyRule => ({
  members: [
    {
      at: '',
      allowed: [name, 'runId', 'resourceId', 'threadId', 'ifActive', 'ifIdle'],
      drops: ['requestContext'],
    },
    {
      at: name,
      allowed: ['contents', 'attributes', 'metadata', 'type', 'tagName'],
      drops: ['id', 'createdAt'],
    },
    { at: 'ifActive', allowed: ['behavior', 'attributes'] },
    { at: 'ifIdle', allowed: ['behavior', 'attributes', 'streamOptions'] },
    ...callAt('ifIdle.streamOptions', ['requireToolApproval']),
  ],
  write: WRITE,
  messages: ['ifIdle.streamOptions.messages', 'ifIdle.streamOptions.context'],
})

/** A message to a thread, which a run of its own may answer. */
export const MESSAGE_BODY: BodyRule = SIGNAL_BODY('message')
/** A signal to a thread. */
export const SIGNALS_BODY: BodyRule = SIGNAL_BODY('signal')

/** Whose a message to a thread is. */
export const MESSAGE_OWNER: OwnerRule = {
  sets: ['body:resourceId'],
  setsWithin: ['body:ifIdle.streamOptions.memory.resource'],
  replaces: ['body:ifIdle.streamOptions.resourceId'],
  names: [
    { kind: 'thread', at: 'body:threadId', must: 'own or new' },
    { kind: 'thread', at: 'body:ifIdle.streamOptions.memory.thread', must: 'own or new' },
    { kind: 'thread', at: 'body:ifIdle.streamOptions.threadId', must: 'own or new' },
  ],
  runs: [{ at: 'body:runId' }, { at: 'body:ifIdle.streamOptions.runId' }],
}

/** A decision on a tool that waits in a thread. */
export const THREAD_DECISION_BODY: BodyRule = {
  members: [
    {
      at: '',
      allowed: [
        'resourceId',
        'threadId',
        'toolCallId',
        'approved',
        'resumeData',
        'format',
        'messages',
        'streamOptions',
      ],
      drops: ['requestContext'],
    },
    ...callAt('streamOptions', ['requireToolApproval']),
  ],
  write: WRITE,
  messages: ['messages', 'streamOptions.messages', 'streamOptions.context'],
}

/** Whose such a decision is. */
export const THREAD_DECISION_OWNER: OwnerRule = {
  sets: ['body:resourceId'],
  setsWithin: ['body:streamOptions.memory.resource'],
  replaces: ['body:streamOptions.resourceId'],
  names: [
    { kind: 'thread', at: 'body:threadId', must: 'own' },
    { kind: 'thread', at: 'body:streamOptions.memory.thread', must: 'own' },
    { kind: 'thread', at: 'body:streamOptions.threadId', must: 'own' },
  ],
  runs: [{ at: 'body:streamOptions.runId' }],
}

function workflowBody(more: readonly string[]): BodyRule {
  return {
    members: [
      {
        at: '',
        allowed: [
          'resourceId',
          'inputData',
          'initialState',
          'step',
          'resumeData',
          'forEachIndex',
          'tracingOptions',
          'perStep',
          'closeOnSuspend',
          ...more,
        ],
        writes: ['disableScorers', 'context', 'nestedStepsContext'],
        drops: ['requestContext', 'runtimeContext'],
      },
      TRACING(''),
    ],
    write: 'workflows:write:{workflowId}',
  }
}

/** What a run of a workflow is begun or continued with. */
export const WORKFLOW_BODY: BodyRule = workflowBody([])

/** The same as a `workflowRoute` takes it: with the run beside it. */
export const WORKFLOW_ROUTE_BODY: BodyRule = workflowBody(['runId'])

/** Whose a run of such a route is. */
export const WORKFLOW_ROUTE_OWNER: OwnerRule = {
  sets: ['body:resourceId'],
  runs: [{ at: 'body:runId', absent: 'make' }],
}
