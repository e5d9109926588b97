import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { MastraJwtAuth } from '@mastra/auth'
import { z } from 'zod'

const refund = createTool({
  id: 'refund',
  description: 'Pays money back to a customer',
  inputSchema: z.object({ customer: z.string(), amount: z.number() }),
  requireApproval: true,
  execute: async ({ customer, amount }) => ({ refunded: amount, customer }),
})

const cashier = new Agent({
  id: 'cashier',
  name: 'Cashier',
  instructions: 'Help customers with their payments.',
  model: 'signet/rehearsal',
  tools: { refund },
})

export const mastra = new Mastra({
  agents: { cashier },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
