import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Agent, createTool, Mastra, Memory } from '@signet/core'
import { z } from 'zod'
import { MastraClient } from '../../../packages/client-js/src/client.js'
import { createApp } from '../../../packages/server/src/app.js'
import { serve } from '../../../packages/server/src/serve.js'
import { createLogRecorder, createTestAuth } from './application.js'
import { createModel, finish, textParts } from './model.js'
import { ROOT } from '../process/root.js'
import { openState } from './state.js'

/** What `vite build` makes. */
const STUDIO_PAGE = join(ROOT, 'packages', 'studio', 'dist', 'page')

/** A piece of an answer with all that Markdown has. */
const SECTION = `${readFileSync(join(ROOT, 'bench', 'studio', 'section.md'), 'utf8')}\n`

/** An answer in Markdown of so many characters, with `The end.` as its last words. */
function longAnswer(length: number): string {
  const end = '\n\nThe end.'
  return SECTION.repeat(Math.ceil(length / SECTION.length)).slice(0, length - end.length) + end
}

/** How many characters a model says at a time. */
const DELTA = 6

function* deltasOf(text: string) {
  for (let at = 0; at < text.length; at += DELTA) yield text.slice(at, at + DELTA)
}

/** Speaks as the last words ask: `64000` is how many characters, `for ever` until it is stopped, else the words are the answer. */
const speaking = createModel(async function* ({ prompt, abortSignal }) {
  const last = prompt.at(-1)?.content
  const words =
    typeof last === 'string'
      ? last
      : last?.map((part) => ('text' in part ? part.text : '')).join('')
  const length = Number(words)
  if (words !== 'for ever') {
    yield* textParts(...deltasOf(Number.isNaN(length) ? (words ?? '') : longAnswer(length)))
    yield finish()
    return
  }
  yield { type: 'text-start', id: '1' }
  for (let line = 1; ; line++) {
    abortSignal?.throwIfAborted()
    for (const delta of deltasOf(`Line ${line} of an answer that has no end. `)) {
      yield { type: 'text-delta', id: '1', delta }
    }
    await nextTurn()
  }
})

/** Thinks, speaks, calls a tool that fails and one that works, and speaks. */
const acting = createModel(async function* (_options, callIndex) {
  if (callIndex % 2 === 1) {
    yield* textParts('The tool has answered.')
    yield finish()
    return
  }
  yield { type: 'reasoning-start', id: '1' }
  yield { type: 'reasoning-delta', id: '1', delta: 'The person wants the weather.' }
  yield { type: 'reasoning-end', id: '1' }
  yield* textParts('Let me try the broken tool first.')
  yield { type: 'tool-call', toolCallId: 'call-1', toolName: 'broken', input: '{}' }
  yield {
    type: 'tool-call',
    toolCallId: 'call-2',
    toolName: 'weather',
    input: '{"place":"London"}',
  }
  yield finish('tool-calls')
})

/** An application for the chat of the Studio. */
export interface ChatApplication {
  readonly url: string
  sign(claims: Readonly<Record<string, unknown>>): string
  /** Stores questions with answers of so many characters in a thread. */
  fillThread(token: string, threadId: string, turns: number, length: number): Promise<void>
  stop(): Promise<void>
}

/** Serves `speaker` and `actor`, both with a memory. */
export async function startChatApplication(): Promise<ChatApplication> {
  const { state, close } = await openState()
  const auth = createTestAuth()
  const memory = new Memory({ options: { lastMessages: 2 } })
  const broken = createTool({
    id: 'broken',
    description: 'Fails',
    inputSchema: z.object({}),
    execute: async () => {
      throw new Error('No such table: weather')
    },
  })
  const weather = createTool({
    id: 'weather',
    description: 'Tells the weather of a place',
    inputSchema: z.object({ place: z.string() }),
    execute: async ({ place }) => ({ place, degrees: 21 }),
  })
  const agent = { instructions: 'Be brief.', memory }
  const mastra = new Mastra({
    agents: {
      speaker: new Agent({ ...agent, id: 'speaker', name: 'Speaker', model: speaking }),
      actor: new Agent({
        ...agent,
        id: 'actor',
        name: 'Actor',
        model: acting,
        tools: { broken, weather },
      }),
    },
    storage: state.memory,
    server: { auth },
    logger: createLogRecorder().logger,
  })
  const app = createApp(mastra, { state, studio: STUDIO_PAGE })
  const server = await serve(app.answer, { port: 0 })
  const url = `http://127.0.0.1:${server.port}`
  return {
    url,
    sign: (claims) => auth.sign(claims, { expiresInSeconds: 3600 }),
    async fillThread(token, threadId, turns, length) {
      const client = new MastraClient({ baseUrl: url, token })
      await client.createMemoryThread({ agentId: 'speaker', threadId, title: 'A long thread' })
      const text = longAnswer(length)
      const begin = Date.now() - 86_400_000
      const messages = Array.from({ length: turns }, (_, index) =>
        (['user', 'assistant'] as const).map((role, side) => ({
          id: `${threadId}-${index}-${side}`,
          role,
          threadId,
          createdAt: new Date(begin + index * 2 + side),
          content: role === 'user' ? `Question ${index + 1}` : text,
        })),
      ).flat()
      await client.saveMessageToMemory({ agentId: 'speaker', messages })
    },
    async stop() {
      await server.close(0)
      await app.close()
      await close()
    },
  }
}
