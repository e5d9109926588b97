// The application: an agent, who may ask it, and where its threads are stored.
import { fileURLToPath } from 'node:url'
import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { Memory } from '@signet/core/memory'
import { createTool } from '@signet/core/tools'
import { createApp } from '@signet/server'
import { openStore } from '@signet/store'
import { z } from 'zod'

const openingHours = createTool({
  id: 'opening-hours',
  description: 'Tells when the shop is open.',
  inputSchema: z.object({}),
  outputSchema: z.object({ open: z.string() }),
  execute: async () => ({ open: 'Monday to Saturday, 9 to 20' }),
})

const assistant = new Agent({
  id: 'assistant',
  name: 'Assistant',
  instructions: 'You answer questions about the shop. Use your tool, and answer in one sentence.',
  // Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { openingHours },
  memory: new Memory(),
})

/** Threads, revocations, API keys and the audit, in the file .signet/signet.db of this folder. */
export const store = await openStore({
  directory: fileURLToPath(new URL('.signet', import.meta.url)),
})

const mastra = new Mastra({
  agents: { assistant },
  storage: store.memory,
  server: {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    // Where the other server has it: routes are below this path, such as /assistant/api/agents.
    basePath: '/assistant',
  },
})

export const app = createApp(mastra, { state: store })

// Reads what was revoked, so that the first request does not wait for it.
await app.begin()
