import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
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
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { countOrders },
})

const archivist = new Agent({
  id: 'archivist',
  name: 'Archivist',
  instructions: 'You answer questions about past years.',
  model: process.env.MODEL || 'signet/rehearsal',
})

/** Nothing here mentions keys: a server with a store accepts them beside tokens. */
export const mastra = new Mastra({
  agents: { clerk, archivist },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
