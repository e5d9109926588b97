import { join } from 'node:path'
import { Agent, createTool, Mastra, Memory } from '@signet/core'
import type { LanguageModelV3Prompt } from '@ai-sdk/provider'
import { z } from 'zod'
import { createApp } from '../../../packages/server/src/app.js'
import { serve } from '../../../packages/server/src/serve.js'
import { createLogRecorder, createTestAuth } from './application.js'
import { createModel, finish, textParts } from './model.js'
import { ROOT } from '../process/root.js'
import { openState } from './state.js'

/** What `vite build` makes. */
const STUDIO_PAGE = join(ROOT, 'packages', 'studio', 'dist', 'page')

/** The tools that a question names, such as `refund 5` or `payout 7 and refund 8`, with their amounts. */
const NAMED = /\b(refund|payout|seat) (\d+)/g

function wordsOf(prompt: LanguageModelV3Prompt): string {
  const last = prompt.at(-1)
  if (last?.role !== 'user') return ''
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
}

/** What came of the last calls, as the model is told. */
function outcomesOf(prompt: LanguageModelV3Prompt): readonly string[] {
  const last = prompt.at(-1)
  if (last?.role !== 'tool') return []
  return last.content.flatMap((part) => {
    if (part.type !== 'tool-result') return []
    const { output } = part
    return 'value' in output && output.type !== 'content'
      ? [typeof output.value === 'string' ? output.value : JSON.stringify(output.value)]
      : [JSON.stringify(output)]
  })
}

let calls = 0

/** Calls the tools that the question names, then says what came of it. */
const paying = createModel(async function* ({ prompt }) {
  const outcomes = outcomesOf(prompt)
  const named = [...wordsOf(prompt).matchAll(NAMED)]
  if (outcomes.length > 0 || named.length === 0) {
    yield* textParts('What came of it: ', outcomes.join(' and ') || 'nothing', '.')
    yield finish()
    return
  }
  yield* textParts('Let me pay.')
  for (const [, toolName = '', amount] of named) {
    const input = JSON.stringify({ to: 'customer-7', amount: Number(amount) })
    yield { type: 'tool-call', toolCallId: `call-${(calls += 1)}`, toolName, input }
  }
  yield finish('tool-calls')
})

/** An application with tools whose calls somebody has to approve. */
export interface ApprovalApplication {
  readonly url: string
  /** Makes a token of a subject. */
  sign(claims: Readonly<Record<string, unknown>>): string
  /** Lets so many milliseconds pass, for the clock of the runs. */
  pass(ms: number): void
  /** The amounts that were paid. */
  readonly paid: readonly number[]
  stop(): Promise<void>
}

/**
 * Serves the agents `cashier` (remembers) and `forgetful` (no memory), which have the tools `refund`, to be approved by
 * who asks within an hour, `payout`, to be approved by
 * somebody else, and `seat`, which suspends its call until it is told a number other than 13.
 */
export async function startApprovalApplication(): Promise<ApprovalApplication> {
  let passed = 0
  const { state, close } = await openState(() => Date.now() + passed)
  const auth = createTestAuth()
  const paid: number[] = []
  const pay = {
    description: 'Pays somebody.',
    inputSchema: z.object({ to: z.string(), amount: z.number() }),
    requireApproval: true,
    async execute({ to, amount }: { to: string; amount: number }) {
      paid.push(amount)
      return { to, paid: amount }
    },
  }
  const tools = {
    refund: createTool({ ...pay, id: 'refund', approval: { expiresInSeconds: 3600 } }),
    seat: createTool({
      id: 'seat',
      description: 'Books a seat.',
      inputSchema: pay.inputSchema,
      suspendSchema: z.object({ question: z.string() }),
      resumeSchema: z.object({
        number: z.string().describe('As it stands on the seat'),
        isWindow: z.boolean().optional(),
      }),
      async execute({ amount }, { suspend, resumeData }) {
        if (resumeData === undefined) return suspend?.({ question: `Which seat for ${amount}?` })
        if (resumeData.number === '13') return suspend?.({ question: 'Not that one. Another?' })
        return { seat: resumeData.number }
      },
    }),
    payout: createTool({ ...pay, id: 'payout', approval: { by: 'other' } }),
  }
  const agent = { instructions: 'Pay.', model: paying, tools }
  const mastra = new Mastra({
    agents: {
      cashier: new Agent({ ...agent, id: 'cashier', name: 'Cashier', memory: new Memory() }),
      forgetful: new Agent({ ...agent, id: 'forgetful', name: 'Forgetful' }),
    },
    storage: state.memory,
    server: { auth },
    logger: createLogRecorder().logger,
  })
  mastra.setRuns(state.runs)
  const app = createApp(mastra, { state, studio: STUDIO_PAGE })
  const server = await serve(app.answer, { port: 0 })
  return {
    url: `http://127.0.0.1:${server.port}`,
    sign: (claims) => auth.sign(claims, { expiresInSeconds: 3600 }),
    pass: (ms) => void (passed += ms),
    paid,
    async stop() {
      await server.close(0)
      await app.close()
      await close()
    },
  }
}
