import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { MastraJwtAuth } from '@mastra/auth'

const now = createTool({
  id: 'now',
  description: 'Tells the time',
  execute: async () => ({ time: '12:00' }),
})

const clerk = new Agent({
  id: 'clerk',
  name: 'Clerk',
  instructions: 'Help the office.',
  model: 'signet/rehearsal',
  tools: { now },
})

export const mastra = new Mastra({
  agents: { clerk },
  server: {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    cors: { origin: 'https://office.example' },
    apiRoutes: [{ path: '/door', method: 'GET', handler: async () => new Response('Come in.') }],
  },
})
