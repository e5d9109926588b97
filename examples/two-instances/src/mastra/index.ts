import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { Memory } from '@signet/core/memory'
import { createTool } from '@signet/core/tools'
import { z } from 'zod'

const countOrders = createTool({
  id: 'count-orders',
  description: 'Counts the orders of a day.',
  inputSchema: z.object({}),
  outputSchema: z.object({ orders: z.number() }),
  execute: async () => ({ orders: 42 }),
})

const clerk = new Agent({
  id: 'clerk',
  name: 'Clerk',
  instructions: 'You report how many orders came in. Use your tool, and answer in one sentence.',
  // Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { countOrders },
  memory: new Memory(),
})

/** Nothing here names a database: `signet start` reads DATABASE_URL and REDIS_URL. */
export const mastra = new Mastra({
  agents: { clerk },
  server: {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    // Three answers a minute for each caller, from all instances together. The default is 1200.
    limits: { answers: { perMinute: 3 } },
  },
})
