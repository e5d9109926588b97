import { join } from 'node:path'
import {
  Agent,
  createTool,
  Mastra,
  Memory,
  type AgentConfig,
  type ServerConfig,
} from '@signet/core'
import { z } from 'zod'
import { createApp } from '../../../packages/server/src/app.js'
import { serve } from '../../../packages/server/src/serve.js'
import { createLogRecorder, createTestAuth } from './application.js'
import { createDeferred } from '../time/deferred.js'
import { createModel, finish, textModel, textParts } from './model.js'
import { ROOT } from '../process/root.js'
import { openState } from './state.js'

/** What `vite build` makes. */
const STUDIO_PAGE = join(ROOT, 'packages', 'studio', 'dist', 'page')

/** What the agent `writer` says: all that Markdown could do harm with, and some that it may do. */
const MARKDOWN = [
  '# Report\n\n',
  'A **bold** word, `code` and [a link](https://elsewhere.example/page).\n\n',
  '![a picture](https://elsewhere.example/track.png)\n\n',
  '<img src="https://elsewhere.example/raw.png" onerror="document.title=1">\n\n',
  '<script>document.title = "harm"</script>\n\n',
  '[bad](javascript:document.title=1)\n\n',
  '- one\n- two\n',
]

/** An application whose agents do what tests of the Studio need, on a port of its own. */
export interface StudioApplication {
  readonly url: string
  /** Makes a token of a subject. */
  sign(claims: Readonly<Record<string, unknown>>, expiresInSeconds?: number): string
  /** Lets the agent `waiter` say its last word, now and from now on. */
  release(): void
  /** Resolves when the agent `waiter` has been asked to stop. */
  readonly aborted: Promise<void>
  /** How often the agent `breaker` was asked. */
  breakerCalls(): number
  stop(): Promise<void>
}

/**
 * Serves `greeter` (remembers, has the tool `get-weather`), `writer` (Markdown), `forgetful` (no memory),
 * `waiter` (says one word, and the last once it is released) and `breaker` (fails every other time).
 */
export async function startStudioApplication(
  options: Pick<ServerConfig, 'basePath'> = {},
): Promise<StudioApplication> {
  const { state, close } = await openState()
  const auth = createTestAuth()
  const released = createDeferred()
  const aborted = createDeferred()
  const waiting = createModel(async function* ({ abortSignal }) {
    abortSignal?.addEventListener('abort', () => aborted.resolve())
    yield { type: 'text-start', id: '1' }
    yield { type: 'text-delta', id: '1', delta: 'Wait' }
    const gone = new Promise<never>((_, reject) => {
      abortSignal?.addEventListener('abort', () => reject(abortSignal.reason))
    })
    await Promise.race([released.promise, gone])
    yield { type: 'text-delta', id: '1', delta: ' is over.' }
    yield { type: 'text-end', id: '1' }
    yield finish()
  })
  let count = 0
  const breaking = createModel(async function* () {
    count += 1
    if (count % 2 === 1) throw new Error('a cause for those who run it')
    yield* textParts('Whole', ' again.')
    yield finish()
  })
  const memory = new Memory()
  const agent = (id: string, name: string, rest: Partial<AgentConfig>) =>
    new Agent({ id, name, instructions: 'Be brief.', model: textModel(), ...rest })
  const weatherTool = createTool({
    id: 'get-weather',
    description: 'Tells the weather of a place',
    inputSchema: z.object({ place: z.string() }),
    execute: async ({ place }) => ({ place, degrees: 21 }),
  })
  const mastra = new Mastra({
    agents: {
      greeter: agent('greeter', 'Greeter', { memory, tools: { weatherTool } }),
      writer: agent('writer', 'Writer', { memory, model: textModel(...MARKDOWN) }),
      forgetful: agent('forgetful', 'Forgetful', {}),
      waiter: agent('waiter', 'Waiter', { memory, model: waiting }),
      breaker: agent('breaker', 'Breaker', { memory, model: breaking }),
    },
    storage: state.memory,
    server: { auth, ...options },
    logger: createLogRecorder().logger,
  })
  const app = createApp(mastra, { state, studio: STUDIO_PAGE })
  const server = await serve(app.answer, { port: 0 })
  return {
    url: `http://127.0.0.1:${server.port}`,
    sign: (claims, expiresInSeconds = 3600) => auth.sign(claims, { expiresInSeconds }),
    release: () => released.resolve(),
    aborted: aborted.promise,
    breakerCalls: () => count,
    async stop() {
      await server.close(0)
      await app.close()
      await close()
    },
  }
}
