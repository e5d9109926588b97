import type { Claims } from '@signet/auth'
import {
  Agent,
  createMemoryRuns,
  createTool,
  Mastra,
  type AgentConfig,
  type AgentOutput,
  type RunStorage,
  type SuspendedRunPage,
  type Tool,
  type ToolConfig,
} from '@signet/core'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
} from '@signet/test-support/application/application'
import {
  callingModel,
  chunksOf,
  refusalOf,
  type Call,
} from '@signet/test-support/application/calling-model'
import {
  createModel,
  finish,
  textModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { tokenFor } from '@signet/test-support/application/remembering-application'
import { describeStores } from '@signet/test-support/store/stores'

const DAY = 86_400_000
const MEMBER: Claims = { role: 'member' }
const bookInput = z.object({ to: z.string() })
const question = z.object({ question: z.string() })
const seat = z.object({ seat: z.string(), more: z.boolean().optional() })

type BookConfig = Partial<ToolConfig<typeof bookInput, z.ZodUnknown, typeof question, typeof seat>>

const BOOK: Call = ['c', 'book', { to: 'Rome' }]

/** What a test needs of where runs are kept. */
interface Kept {
  readonly runs: RunStorage
  readonly store: Store | undefined
  pass(ms: number): void
}

interface Given {
  readonly book?: BookConfig
  readonly model?: TestModel
  readonly agent?: Partial<AgentConfig>
  /** The tool was taken away. */
  readonly withoutBook?: boolean
}

/** A server whose tool asks for a seat before it books, and what the tool has seen. */
function start({ runs, store }: Kept, given: Given = {}) {
  const executions: unknown[] = []
  const book = createTool({
    id: 'book',
    description: 'Books a journey',
    inputSchema: bookInput,
    suspendSchema: question,
    resumeSchema: seat,
    async execute({ to }, { agent, requestContext }) {
      const { resumeData, suspendPayload } = agent ?? {}
      executions.push({ to, resumeData, suspendPayload, by: requestContext.principal?.subject })
      if (resumeData === undefined) return agent?.suspend({ question: `Which seat to ${to}?` })
      if (resumeData.more === true) return agent?.suspend({ question: 'Which one beside it?' })
      return { booked: resumeData.seat }
    },
    ...given.book,
  })
  const look = createTool({ id: 'look', description: 'Looks', execute: () => 'seen' })
  const model = given.model ?? callingModel(BOOK)
  const { logger, lines } = createLogRecorder()
  const tools: Record<string, Tool> = { book, look }
  const clerk = new Agent({
    id: 'clerk',
    name: 'Clerk',
    instructions: 'Book.',
    model,
    tools: given.withoutBook === true ? { look } : tools,
    ...given.agent,
  })
  const other = new Agent({ id: 'other', name: 'Other', instructions: '', model, tools: { look } })
  const mastra = new Mastra({
    agents: { clerk, other },
    ...(store !== undefined && { storage: store.memory }),
    server: { auth: createTestAuth() },
    logger,
  })
  mastra.setRuns(runs)
  return { app: createApp(mastra, { state: store ?? {} }), executions, model, lines }
}

async function send(app: App, verb: string, json: object, token = tokenFor('alice', MEMBER)) {
  const response = await app.fetch(makeRequest(`/api/agents/clerk/${verb}`, { token, json }))
  return { status: response.status, text: await response.text() }
}

async function generate(app: App, more: object = {}, token?: string): Promise<AgentOutput> {
  const { status, text } = await send(app, 'generate', { messages: 'Book.', ...more }, token)
  expect([status, text.slice(0, 200)]).toStrictEqual([200, text.slice(0, 200)])
  return JSON.parse(text) as AgentOutput
}

async function listRuns(app: App, token = tokenFor('alice', MEMBER)) {
  const response = await app.fetch(makeRequest('/api/agents/clerk/suspended-runs', { token }))
  return (await response.json()) as SuspendedRunPage
}

const GOOD = { toolCallId: 'c', resumeData: { seat: '4a' } }

function declareRules(open: () => Promise<Kept>): void {
  it('suspends the answer, shows its owner what the tool asks, and asks the model no more', async () => {
    const { app, executions, model } = start(await open())
    const output = await generate(app, { runId: 'r' })
    expect(output).toMatchObject({
      finishReason: 'suspended',
      runId: 'r',
      suspendPayload: {
        toolCallId: 'c',
        toolName: 'book',
        args: { to: 'Rome' },
        suspendPayload: { question: 'Which seat to Rome?' },
        resumeSchema: expect.stringContaining('"seat"'),
      },
      toolResults: [],
    })
    expect(executions).toStrictEqual([
      { to: 'Rome', resumeData: undefined, suspendPayload: undefined, by: 'alice' },
    ])
    expect(model.calls).toHaveLength(1)
    expect(await listRuns(app)).toMatchObject({
      runs: [
        {
          runId: 'r',
          status: 'suspended',
          toolCalls: [
            {
              toolCallId: 'c',
              toolName: 'book',
              args: { to: 'Rome' },
              requiresApproval: false,
              suspendPayload: { question: 'Which seat to Rome?' },
            },
          ],
        },
      ],
      total: 1,
    })
    expect(await listRuns(app, tokenFor('bob', MEMBER))).toStrictEqual({ runs: [], total: 0 })
  })

  it('executes the tool again with the same input and what it is resumed with, once', async () => {
    const { app, executions, model } = start(await open())
    const { runId } = await generate(app)
    const resumed = await send(app, 'resume-generate', { runId, ...GOOD })
    expect(resumed.status).toBe(200)
    expect(JSON.parse(resumed.text)).toMatchObject({
      runId,
      text: 'Done.',
      finishReason: 'stop',
      steps: [{ toolResults: [{ payload: { result: { booked: '4a' } } }] }, { text: 'Done.' }],
    })
    expect(executions[1]).toStrictEqual({
      to: 'Rome',
      resumeData: { seat: '4a' },
      suspendPayload: { question: 'Which seat to Rome?' },
      by: 'alice',
    })
    expect(model.calls[1]?.prompt.at(-1)).toMatchObject({
      role: 'tool',
      content: [{ toolCallId: 'c', output: { type: 'json', value: { booked: '4a' } } }],
    })
    expect(await listRuns(app)).toStrictEqual({ runs: [], total: 0 })
    for (const verb of ['resume-generate', 'resume-stream']) {
      const again = await send(app, verb, { runId, ...GOOD })
      expect(refusalOf(again)).toStrictEqual([409, 'run_not_suspended'])
    }
    expect(executions).toHaveLength(2)
  })

  it('streams the call that is suspended, and then what follows, without the name of the call', async () => {
    const { app, executions } = start(await open())
    const first = chunksOf((await send(app, 'stream', { messages: 'Book.', runId: 'r' })).text)
    expect(first.map(({ type }) => type)).toStrictEqual([
      'start',
      'step-start',
      'tool-call',
      'tool-call-suspended',
      'step-finish',
      'finish',
    ])
    expect(first[3]?.payload).toStrictEqual({
      toolCallId: 'c',
      toolName: 'book',
      args: { to: 'Rome' },
      suspendPayload: { question: 'Which seat to Rome?' },
      resumeSchema: expect.any(String),
    })
    expect(first[5]?.payload).toMatchObject({ stepResult: { reason: 'suspended' } })
    const body = { runId: 'r', resumeData: { seat: '4a' } }
    const next = chunksOf((await send(app, 'resume-stream', body)).text)
    expect(next.map(({ type }) => type)).toStrictEqual([
      'start',
      'step-start',
      'tool-call',
      'tool-result',
      'step-finish',
      'step-start',
      'text-start',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    expect(executions).toHaveLength(2)
  })

  it.each<readonly [string, object, string]>([
    ['nothing', {}, 'resumeData'],
    ['null', { resumeData: null }, 'resumeData'],
    ['data of another form', { resumeData: { seat: 4 } }, 'resumeData.seat'],
    ['an approval', { resumeData: { approved: true } }, 'resumeData.seat'],
    ['too much', { resumeData: { seat: 'x'.repeat(70_000) } }, 'resumeData'],
    ['another model', { ...GOOD, model: 'x/y' }, 'model'],
    ['another tool', { ...GOOD, clientTools: { x: {} } }, 'clientTools'],
    ['no text for a run', { ...GOOD, runId: 4 }, 'runId'],
  ])('refuses %s, and waits on', async (_case, body, field) => {
    const { app, executions } = start(await open())
    const { runId } = await generate(app)
    for (const verb of ['resume-generate', 'resume-stream']) {
      const refused = await send(app, verb, { runId, toolCallId: 'c', ...body })
      expect(refused.status).toBe(400)
      const { issues } = JSON.parse(refused.text) as { readonly issues?: readonly object[] }
      expect(issues).toMatchObject([{ field }])
    }
    expect(executions).toHaveLength(1)
    expect((await send(app, 'resume-generate', { runId, ...GOOD })).status).toBe(200)
    expect(executions).toHaveLength(2)
  })

  it('lets one of all win that resume at once', async () => {
    const { app, executions } = start(await open())
    const { runId } = await generate(app)
    const all = await Promise.all(
      ['resume-generate', 'resume-stream', 'resume-generate', 'decline-tool-call'].map((verb) => {
        const { resumeData, toolCallId } = GOOD
        const data = verb === 'decline-tool-call' ? {} : { resumeData }
        return send(app, verb, { runId, toolCallId, ...data })
      }),
    )
    const statuses = all.map(({ status }) => status).toSorted()
    expect(statuses).toStrictEqual([200, 409, 409, 409])
    expect(executions.length).toBeLessThanOrEqual(2)
    expect((await listRuns(app)).total).toBe(0)
  })

  it('is resumed by nobody else while it goes on', async () => {
    let release = () => {}
    let begin = () => {}
    const isReleased = new Promise<void>((resolve) => (release = resolve))
    const hasBegun = new Promise<void>((resolve) => (begin = resolve))
    const kept = await open()
    const { app } = start(kept, {
      book: {
        async execute(_input, { agent }) {
          if (agent?.resumeData === undefined) return agent?.suspend({ question: 'Which?' })
          begin()
          await isReleased
          return 'booked'
        },
      },
    })
    const { runId } = await generate(app)
    const first = send(app, 'resume-generate', { runId, ...GOOD })
    await hasBegun
    const elsewhere = start(kept)
    const refused = await send(elsewhere.app, 'resume-stream', { runId, ...GOOD })
    expect(refusalOf(refused)).toStrictEqual([409, 'run_not_suspended'])
    expect((await listRuns(elsewhere.app)).total).toBe(0)
    release()
    expect((await first).status).toBe(200)
    expect(elsewhere.executions).toStrictEqual([])
  })

  it('hides it from every other owner, agent, run and call', async () => {
    const { app, executions } = start(await open())
    const { runId } = await generate(app)
    const body = { runId, ...GOOD }
    const stranger = tokenFor('bob', { role: 'owner' })
    const elsewhere = makeRequest('/api/agents/other/resume-stream', {
      token: tokenFor('alice', MEMBER),
      json: body,
    })
    const refusals = [
      await send(app, 'resume-stream', body, stranger),
      await send(app, 'resume-generate', body, stranger),
      await send(app, 'resume-stream', { ...body, runId: 'none' }),
      await send(app, 'resume-stream', { ...body, toolCallId: 'none' }),
    ]
    for (const refused of refusals) expect(refusalOf(refused)).toStrictEqual([404, 'not_found'])
    expect((await app.fetch(elsewhere)).status).toBe(404)
    expect(executions).toHaveLength(1)
    expect((await send(app, 'resume-stream', body)).status).toBe(200)
  })

  it('judges again what its owner may do, and waits on where that was lost', async () => {
    const { app, executions } = start(await open())
    const { runId } = await generate(app)
    const body = { runId, ...GOOD }
    const lost = tokenFor('alice', { permissions: ['agents:execute:clerk'] })
    const refused = await send(app, 'resume-stream', body, lost)
    expect(refusalOf(refused)).toStrictEqual([403, 'scope_insufficient'])
    const more = { ...body, resumeData: { seat: 4 } }
    expect((await send(app, 'resume-stream', more, lost)).status).toBe(403)
    const none = tokenFor('alice', { permissions: ['tools:execute'] })
    expect((await send(app, 'resume-stream', body, none)).status).toBe(403)
    expect(executions).toHaveLength(1)
    expect((await send(app, 'resume-stream', body)).status).toBe(200)
  })

  it('ends the run where the agent has the tool no more', async () => {
    const kept = await open()
    const { runId } = await generate(start(kept).app)
    const { app, executions } = start(kept, { withoutBook: true })
    for (const code of ['run_ended', 'run_not_suspended']) {
      const refused = await send(app, 'resume-stream', { runId, ...GOOD })
      expect(refusalOf(refused)).toStrictEqual([409, code])
    }
    expect(executions).toStrictEqual([])
  })

  it.each<readonly [string, BookConfig, number]>([
    ['a day', {}, DAY],
    ['as long as its tool says', { suspension: { expiresInSeconds: 60 } }, 60_000],
  ])('may be resumed for %s', async (_case, book, ttlMs) => {
    const kept = await open()
    const { app, executions } = start(kept, { book })
    const { runId } = await generate(app)
    const late = await generate(start(kept, { book }).app)
    kept.pass(ttlMs - 1)
    expect((await send(app, 'resume-generate', { runId, ...GOOD })).status).toBe(200)
    kept.pass(1)
    const refused = await send(app, 'resume-stream', { runId: late.runId, ...GOOD })
    expect(refusalOf(refused)).toStrictEqual([409, 'approval_expired'])
    expect(executions).toHaveLength(2)
    expect((await listRuns(app)).total).toBe(0)
  })

  it('may be suspended anew in each round, and knows what it asked in the round before', async () => {
    const { app, executions } = start(await open())
    const { runId } = await generate(app)
    const more = { runId, resumeData: { seat: '4a', more: true } }
    for (let round = 0; round < 3; round++) {
      const { text } = await send(app, 'resume-generate', more)
      expect(JSON.parse(text)).toMatchObject({
        finishReason: 'suspended',
        suspendPayload: { suspendPayload: { question: 'Which one beside it?' } },
      })
    }
    expect((await listRuns(app)).runs[0]?.toolCalls).toHaveLength(1)
    expect((await send(app, 'resume-generate', { runId, ...GOOD })).status).toBe(200)
    expect(executions.at(-1)).toMatchObject({
      to: 'Rome',
      resumeData: { seat: '4a' },
      suspendPayload: { question: 'Which one beside it?' },
    })
    expect(executions).toHaveLength(5)
  })

  it('is suspended a hundred times at most', async () => {
    const { app, model } = start(await open())
    const { runId } = await generate(app)
    const more = { runId, resumeData: { seat: '4a', more: true } }
    for (let round = 1; round < 100; round++) await send(app, 'resume-generate', more)
    expect(model.calls).toHaveLength(1)
    const { text } = await send(app, 'resume-generate', more)
    expect(JSON.parse(text)).toMatchObject({ finishReason: 'stop', text: 'Done.' })
    expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain('100 times')
  })

  it('is approved before it begins, and then suspended and resumed without a second approval', async () => {
    const { app, executions } = start(await open(), { book: { requireApproval: true } })
    const { runId } = await generate(app)
    expect(executions).toStrictEqual([])
    const early = await send(app, 'resume-stream', { runId, ...GOOD })
    expect(refusalOf(early)).toStrictEqual([400, 'request_invalid'])
    const approved = await send(app, 'approve-tool-call', { runId, toolCallId: 'c' })
    expect(chunksOf(approved.text).map(({ type }) => type)).toContain('tool-call-suspended')
    const [run] = (await listRuns(app)).runs
    expect(run?.toolCalls).toMatchObject([{ toolCallId: 'c', requiresApproval: false }])
    const twice = await send(app, 'approve-tool-call', { runId, toolCallId: 'c' })
    expect(refusalOf(twice)).toStrictEqual([400, 'request_invalid'])
    expect((await send(app, 'resume-generate', { runId, ...GOOD })).status).toBe(200)
    expect(executions).toMatchObject([{ resumeData: undefined }, { resumeData: { seat: '4a' } }])
  })

  it('waits for an approval when it is resumed, where its tool demands one meanwhile', async () => {
    const kept = await open()
    const { runId } = await generate(start(kept).app)
    const { app, executions } = start(kept, { book: { requireApproval: true } })
    const { text } = await send(app, 'resume-generate', { runId, ...GOOD })
    expect(JSON.parse(text)).toMatchObject({ finishReason: 'suspended' })
    expect(executions).toStrictEqual([])
    const [run] = (await listRuns(app)).runs
    expect(run?.toolCalls).toMatchObject([{ toolCallId: 'c', requiresApproval: true }])
    const approval = { runId, toolCallId: 'c' }
    expect((await send(app, 'approve-tool-call-generate', approval)).status).toBe(200)
    expect(executions).toMatchObject([
      { resumeData: { seat: '4a' }, suspendPayload: { question: 'Which seat to Rome?' } },
    ])
  })

  it.each([
    [{ approved: true }, 1],
    [{ approved: false, reason: 'Not today.' }, 0],
  ])('takes %o for a decision on a call that has to be approved', async (resumeData, count) => {
    const { app, executions, model } = start(await open(), { book: { requireApproval: true } })
    const { runId } = await generate(app)
    for (const wrong of [true, { approved: 'true' }, { approved: true, seat: '4a' }, {}]) {
      const refused = await send(app, 'resume-stream', { runId, resumeData: wrong })
      expect(refusalOf(refused)).toStrictEqual([400, 'request_invalid'])
    }
    expect((await send(app, 'resume-stream', { runId, resumeData })).status).toBe(200)
    expect(executions).toHaveLength(count)
    if (count === 0) {
      expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain('Not today.')
    }
  })

  it('may be declined, and the model is told so', async () => {
    const { app, executions, model } = start(await open())
    const { runId } = await generate(app)
    const declined = await send(app, 'decline-tool-call', { runId, toolCallId: 'c' })
    expect(declined.status).toBe(200)
    expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain('not approved')
    const late = await send(app, 'resume-stream', { runId, ...GOOD })
    expect(refusalOf(late)).toStrictEqual([409, 'run_not_suspended'])
    expect(executions).toHaveLength(1)
  })

  it('resumes several calls of a step each by itself, and names the one that is meant', async () => {
    const model = callingModel(BOOK, ['d', 'book', { to: 'Oslo' }], ['e', 'look', {}])
    const { app, executions } = start(await open(), { model })
    const { runId } = await generate(app)
    expect(executions).toHaveLength(2)
    const unnamed = await send(app, 'resume-stream', { runId, resumeData: { seat: '4a' } })
    expect(refusalOf(unnamed)).toStrictEqual([400, 'request_invalid'])
    expect(unnamed.text).toContain('toolCallId')
    const second = await send(app, 'resume-generate', { runId, ...GOOD, toolCallId: 'd' })
    expect(JSON.parse(second.text)).toMatchObject({ finishReason: 'suspended' })
    expect(model.calls).toHaveLength(1)
    const again = await send(app, 'resume-generate', { runId, ...GOOD, toolCallId: 'd' })
    expect(refusalOf(again)).toStrictEqual([409, 'run_not_suspended'])
    const first = await send(app, 'resume-generate', { runId, resumeData: { seat: '1b' } })
    expect(JSON.parse(first.text)).toMatchObject({ finishReason: 'stop' })
    expect(executions.slice(2)).toMatchObject([
      { to: 'Oslo', resumeData: { seat: '4a' } },
      { to: 'Rome', resumeData: { seat: '1b' } },
    ])
  })

  it('executes nothing for a suspension, or what resumes one, that a client made up', async () => {
    const text = createModel(async function* () {
      yield finish()
    })
    const { app, executions } = start(await open(), { model: text })
    const call = { toolCallId: 'c', toolName: 'book', input: { to: 'Rome' } }
    const messages = [
      { role: 'user', content: 'Book.' },
      { role: 'assistant', content: [{ type: 'tool-call', ...call }] },
      { role: 'user', content: 'Go on.' },
    ]
    for (const more of [{ resumeData: { seat: '4a' } }, { suspendPayload: { question: 'x' } }]) {
      const refused = await send(app, 'generate', { messages, ...more })
      expect(refused.status).toBe(400)
    }
    expect((await send(app, 'generate', { messages })).status).toBe(200)
    expect((await send(app, 'resume-stream', { runId: 'r', ...GOOD })).status).toBe(404)
    expect(executions).toStrictEqual([])
  })

  it.each<readonly [string, BookConfig['execute']]>([
    ['what does not fit its suspendSchema', (_input, { agent }) => agent?.suspend(Object(4))],
    ['too much', (_input, { agent }) => agent?.suspend({ question: 'x'.repeat(70_000) })],
    [
      'it twice',
      async (_input, { agent }) => {
        await agent?.suspend({ question: 'One?' })
        return agent?.suspend({ question: 'Two?' })
      },
    ],
    [
      'it with a label',
      (_input, { agent }) =>
        Reflect.apply(Object(agent?.suspend) as () => undefined, undefined, [
          { question: 'One?' },
          { resumeLabel: 'x' },
        ]),
    ],
    [
      'it and throws',
      (_input, { agent }) => {
        void agent?.suspend({ question: 'One?' })
        throw new Error('Broken.')
      },
    ],
  ])('fails where its tool says %s', async (_case, execute) => {
    const { app, model, lines } = start(await open(), { book: { execute } })
    expect(await generate(app)).toMatchObject({ finishReason: 'stop', text: 'Done.' })
    expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain('The tool book failed.')
    expect(lines.map(({ message }) => message)).toContain('A tool failed.')
    expect((await listRuns(app)).total).toBe(0)
  })
}

describe('a tool that suspends (memory)', () => {
  declareRules(async () => {
    let time = Date.now()
    const runs = createMemoryRuns(() => time)
    return { runs, store: undefined, pass: (ms) => void (time += ms) }
  })
})

describeStores('a tool that suspends', (stores) => {
  const open = async (): Promise<Kept> => {
    let time = Date.now()
    const store = await stores.open(undefined, { now: () => time })
    return { runs: store.runs, store, pass: (ms) => void (time += ms) }
  }
  declareRules(open)

  it('is resumed by another server on the same store, and not by a revoked token', async () => {
    const kept = await open()
    const token = tokenFor('alice', { role: 'member', jti: 'one' })
    const { runId } = await generate(start(kept).app, {}, token)
    const { app, executions } = start(kept, { model: textModel('Later.') })
    await app.fetch(makeRequest('/api/auth/logout', { token, method: 'POST' }))
    const revoked = await send(app, 'resume-stream', { runId, ...GOOD }, token)
    expect(refusalOf(revoked)).toStrictEqual([401, 'token_revoked'])
    expect(executions).toStrictEqual([])
    expect((await send(app, 'resume-stream', { runId, ...GOOD })).status).toBe(200)
    expect(executions).toHaveLength(1)
  })

  it('has in the audit who resumed what, and what a resumption decided on', async () => {
    const kept = await open()
    const { app } = start(kept)
    const { runId } = await generate(app)
    await send(app, 'resume-stream', { runId, toolCallId: 'none', resumeData: {} })
    await send(app, 'resume-stream', { runId, resumeData: { seat: 4 } })
    await send(app, 'resume-stream', { runId, resumeData: { seat: '4a' } })
    const second = start(kept, { book: { requireApproval: true } })
    const waiting = await generate(second.app)
    await send(second.app, 'resume-stream', {
      runId: waiting.runId,
      resumeData: { approved: true },
    })
    await app.close()
    await second.app.close()
    const resumed = await kept.store?.audit.list({ action: 'tools:resume', limit: 9 })
    expect(resumed).toMatchObject([
      { subject: 'alice', resource: `clerk/${runId}/c`, status: 200 },
      { resource: `clerk/${runId}/c`, code: 'request_invalid' },
      { resource: `clerk/${runId}/none`, code: 'not_found' },
    ])
    const approved = await kept.store?.audit.list({ action: 'tools:approve', limit: 9 })
    expect(approved).toMatchObject([{ resource: `clerk/${waiting.runId}/c`, status: 200 }])
  })
})
