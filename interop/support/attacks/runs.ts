import type { Attack, Door, Told } from './door.js'

interface Run {
  readonly runId: string
  /** Stands in what the run was begun with. */
  readonly secret: string
}

/** A run of Alice that waits for her. */
async function suspend(door: Door): Promise<Run> {
  const secret = door.fresh('PEAR')
  const told = await door.ask(
    'alice',
    `POST /api/workflows/order/start-async?runId=${door.fresh('run')}`,
    { inputData: { item: secret }, resourceId: 'alice' },
  )
  const runId = told.at('runId')
  if (told.at('status') !== 'suspended' || typeof runId !== 'string')
    throw new Error(`There is no run to attack: ${told.text}`)
  return { runId, secret }
}

type Try = (door: Door, run: Run) => Promise<Told>

function reads(name: string, isBare: boolean, attempt: Try): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const run = await suspend(door)
      return (await attempt(door, run)).text.includes(run.secret)
    },
  }
}

/** Ends the run, or lets it continue. */
function moves(name: string, isBare: boolean, attempt: Try): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const run = await suspend(door)
      await attempt(door, run)
      const told = await door.ask('alice', `GET /api/workflows/order/runs/${run.runId}`)
      return told.at('status') !== 'suspended' || !told.text.includes(run.secret)
    },
  }
}

/** A call of Alice in which a tool waits for her word. */
async function waiting(
  door: Door,
): Promise<{ readonly runId: string; readonly thread: string; readonly secret: string }> {
  const [thread, secret] = [door.fresh('approval'), door.fresh('PEAR')]
  door.model.answerWith(
    { kind: 'call', id: 'c1', name: 'mailTool', pieces: [JSON.stringify({ to: secret })] },
    { kind: 'text', pieces: ['Noted.'] },
  )
  const told = await door.ask('alice', 'POST /api/agents/assistant/generate', {
    messages: 'x',
    requireToolApproval: true,
    memory: { thread, resource: 'alice' },
  })
  const runId = told.at('runId')
  if (told.at('finishReason') !== 'suspended' || typeof runId !== 'string')
    throw new Error(`There is no tool that waits: ${told.text}`)
  return { runId, thread, secret }
}

type Waiting = Awaited<ReturnType<typeof waiting>>

/** Has the tool be called. */
function decides(
  name: string,
  isBare: boolean,
  attempt: (door: Door, on: Waiting) => Promise<unknown>,
): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const on = await waiting(door)
      const before = door.application.calls.length
      await attempt(door, on)
      return door.application.calls.length > before
    },
  }
}

/** What Bob is told within a second of a stream that may have no end. */
function follow(door: Door, path: string, body: object): Promise<string> {
  const text = JSON.stringify(body)
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(door.url).host}`,
    `Authorization: Bearer ${door.tokenOf('bob')}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ]
  return door.raw(`${head.join('\r\n')}\r\n\r\n${text}`)
}

const workflow =
  (name: string, body: unknown) =>
  (door: Door, { runId }: Run) =>
    door.ask('bob', `POST /api/workflows/order/${name}?runId=${runId}`, body)
const RESUME = { step: 'approve', resumeData: { by: 'bob' } }
const BEGIN = { inputData: { item: 'stolen' } }

/** Runs of others, and approvals: what waits for somebody waits for nobody else. */
export const RUNS: readonly Attack[] = [
  reads('lists the runs of all', true, (door) =>
    door.ask('bob', 'GET /api/workflows/order/runs?perPage=1000'),
  ),
  reads('lists the runs of another', true, (door) =>
    door.ask('bob', `GET /api/workflows/order/runs?resourceId=alice&perPage=1000`),
  ),
  reads('lists the runs of another by the owner key', true, (door) =>
    door.ask(
      'bob',
      `GET /api/workflows/order/runs?resourceId=${door.ownerOf('alice')}&perPage=1000`,
    ),
  ),
  reads('lists the runs that wait', true, (door) =>
    door.ask('bob', 'GET /api/workflows/order/runs?status=suspended&perPage=1000'),
  ),
  reads('reads a run', true, (door, { runId }) =>
    door.ask('bob', `GET /api/workflows/order/runs/${runId}`),
  ),
  reads('reads a run by its id without an owner', true, (door, { runId }) =>
    door.ask('bob', `GET /api/workflows/order/runs/${runId.split('.').at(-1) ?? ''}`),
  ),
  reads('reads a run by an id that is encoded', true, (door, { runId }) =>
    door.ask('bob', `GET /api/workflows/order/runs/${runId.replaceAll('r', '%72')}`),
  ),
  reads('resumes a run and reads its stream', true, workflow('resume-stream', RESUME)),
  reads(
    'asks for a run twice in the query',
    false,
    async (door, { runId }) =>
      await door.ask(
        'bob',
        `POST /api/workflows/order/resume-async?runId=${door.fresh('own')}&runId=${runId}`,
        RESUME,
      ),
  ),
  reads(
    'asks for a run in brackets',
    false,
    async (door, { runId }) =>
      await door.ask('bob', `POST /api/workflows/order/resume-async?runId[]=${runId}`, RESUME),
  ),
  moves('resumes a run', true, workflow('resume', RESUME)),
  moves('resumes a run and waits', true, workflow('resume-async', RESUME)),
  moves('resumes a run and does not wait', true, workflow('resume-no-wait', RESUME)),
  moves('cancels a run', true, (door, { runId }) =>
    door.ask('bob', `POST /api/workflows/order/runs/${runId}/cancel`),
  ),
  moves('deletes a run', true, (door, { runId }) =>
    door.ask('bob', `DELETE /api/workflows/order/runs/${runId}`),
  ),
  moves('begins a run with an id that exists', true, workflow('start-async', BEGIN)),
  moves('begins a run with an id that exists, and streams', true, workflow('stream', BEGIN)),
  moves('makes a run with an id that exists', false, workflow('create-run', { resourceId: 'bob' })),
  moves('restarts a run', false, workflow('restart-async', {})),
  moves(
    'travels in a run',
    true,
    workflow('time-travel-async', { step: 'approve', inputData: { item: 'stolen' } }),
  ),
  moves('executes a step of a run as a worker', false, (door, { runId }) =>
    door.ask('bob', `POST /api/workflows/order/runs/${runId}/steps/execute`, {
      stepId: 'approve',
      resumeData: { by: 'bob' },
    }),
  ),
  moves('sends an event to the workers', false, (door, { runId }) =>
    door.ask('bob', 'POST /api/workflows/events', {
      type: 'workflow.cancel',
      runId,
      data: { workflowId: 'order', runId },
    }),
  ),
  moves('restarts the runs of all', false, (door) =>
    door.ask('bob', 'POST /api/workflows/order/restart-all-active-workflow-runs-async', {}),
  ),
  {
    name: 'counts the runs of all',
    isBare: true,
    run: async (door) => (await door.ask('bob', 'GET /api/workflows/run-counts')).status === 200,
  },

  ...[
    'approve-tool-call',
    'approve-tool-call-generate',
    'approve-network-tool-call',
    'resume-stream',
    'resume-stream-until-idle',
    'recover',
  ].map((name) =>
    decides(
      `decides on a tool of another by ${name}`,
      !['approve-network-tool-call', 'recover'].includes(name),
      (door, { runId }) =>
        door.ask('bob', `POST /api/agents/assistant/${name}`, {
          runId,
          ...(name.startsWith('resume') ? { resumeData: { approved: true } } : {}),
          ...(name === 'recover' ? {} : { toolCallId: 'c1' }),
        }),
    ),
  ),
  decides('decides on a tool of another by its thread', true, (door, { thread }) =>
    door.askBehind('bob', 'POST /api/agents/assistant/send-tool-approval', {
      resourceId: door.ownerOf('alice'),
      threadId: thread,
      toolCallId: 'c1',
      approved: true,
    }),
  ),
  decides('decides on a tool of another by a call of its run', false, (door, { runId }) =>
    door.ask('bob', 'POST /api/agents/assistant/generate', { messages: 'x', runId }),
  ),
  decides('decides on a tool of another through another agent', true, (door, { runId }) =>
    door.ask('bob', 'POST /api/agents/keeper/approve-tool-call-generate', {
      runId,
      toolCallId: 'c1',
    }),
  ),
  decides('decides on a tool of another with a permission for all', true, (door, { runId }) =>
    door.ask('operator', 'POST /api/agents/assistant/approve-tool-call-generate', {
      runId,
      toolCallId: 'c1',
    }),
  ),
  ...['decline-tool-call', 'decline-tool-call-generate'].map((name): Attack => ({
    name: `refuses a tool of another by ${name}`,
    isBare: true,
    async run(door) {
      const { runId } = await waiting(door)
      await door.ask('bob', `POST /api/agents/assistant/${name}`, { runId, toolCallId: 'c1' })
      const before = door.application.calls.length
      await door.ask('alice', 'POST /api/agents/assistant/approve-tool-call-generate', {
        runId,
        toolCallId: 'c1',
      })
      return door.application.calls.length === before
    },
  })),
  ...[
    ['lists the tools of all that wait', ''],
    ['lists the tools of another that wait', '?resourceId=alice'],
    ['lists the tools of another that wait, by the owner key', '?resourceId=KEY'],
    ['lists the tools that wait in a thread of another', '?threadId=THREAD'],
  ].map(([name = '', query = '']): Attack => ({
    name,
    isBare: true,
    async run(door) {
      const { secret, thread } = await waiting(door)
      const filled = query.replace('KEY', door.ownerOf('alice')).replace('THREAD', thread)
      return (
        await door.ask('bob', `GET /api/agents/assistant/suspended-runs${filled}`)
      ).text.includes(secret)
    },
  })),
  {
    name: 'observes the answer of another',
    isBare: false,
    async run(door) {
      const { runId, secret } = await waiting(door)
      const text = await follow(door, '/api/agents/assistant/observe', { runId, offset: 0 })
      return text.includes(secret)
    },
  },
  ...['observe', 'observe-stream-legacy'].map((name): Attack => ({
    name: `follows the run of another by ${name}`,
    isBare: false,
    async run(door) {
      const { runId, secret } = await suspend(door)
      const path = `/api/workflows/order/${name}?runId=${runId}`
      return (await follow(door, path, {})).includes(secret)
    },
  })),
  {
    name: 'follows the thread of another as it is written',
    isBare: true,
    async run(door) {
      const { thread, secret } = await door.talk()
      const following = follow(door, '/api/agents/assistant/threads/subscribe', {
        threadId: thread,
        resourceId: door.ownerOf('alice'),
      })
      door.model.answerWith({ kind: 'text', pieces: [`It is ${secret}.`] })
      await new Promise((resolve) => setTimeout(resolve, 100))
      await door.ask('alice', 'POST /api/agents/assistant/stream', {
        messages: 'What?',
        memory: { thread, resource: door.ownerOf('alice') },
      })
      return (await following).includes(secret)
    },
  },
  {
    name: 'breaks off the answer in a thread of another',
    isBare: true,
    async run(door) {
      const { thread } = await door.talk()
      const told = await door.ask('bob', 'POST /api/agents/assistant/threads/abort', {
        threadId: thread,
        resourceId: door.ownerOf('alice'),
      })
      return told.status === 200
    },
  },
]
