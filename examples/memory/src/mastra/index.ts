import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { Memory } from '@signet/core/memory'
import { createTool } from '@signet/core/tools'
import { z } from 'zod'

const packingAdvice = createTool({
  id: 'packing-advice',
  description: 'Says what to pack for a trip.',
  inputSchema: z.object({}),
  outputSchema: z.object({ pack: z.string() }),
  execute: async () => ({ pack: 'a coat and good shoes' }),
})

const planner = new Agent({
  id: 'planner',
  name: 'Planner',
  instructions: 'You help to plan a trip. Use your tool, and answer in one sentence.',
  // Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { packingAdvice },
  memory: new Memory({
    options: {
      // The model sees the newest ten messages of the thread with each question.
      lastMessages: 10,
      // Notes about the caller, which hold in all of their threads.
      workingMemory: { enabled: true, template: '- Name:\n- Travels by:\n' },
    },
  }),
})

/** Nobody names an owner here: the token of a request says whose threads it reads and writes. */
export const mastra = new Mastra({
  agents: { planner },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
