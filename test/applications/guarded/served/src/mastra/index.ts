import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { MastraJwtAuth } from '@mastra/auth'

const cashier = new Agent({
  id: 'cashier',
  name: 'Cashier',
  instructions: 'Help customers with their payments.',
  model: 'signet/rehearsal',
})

export const mastra = new Mastra({
  agents: { cashier },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
