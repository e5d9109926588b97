import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { MastraJwtAuth } from '@mastra/auth'
import { jsonSchema, tool } from 'ai'

const now = tool({
  description: 'Tells the time',
  inputSchema: jsonSchema({ type: 'object' }),
  execute: async () => ({ time: '12:00' }),
})

const clerk = new Agent({
  id: 'clerk',
  name: 'Clerk',
  instructions: 'Help the office.',
  model: [{ model: 'signet/rehearsal', maxRetries: 2 }, { model: 'openai/gpt-4o' }],
  tools: { now },
})

export const mastra = new Mastra({
  agents: { clerk },
  mcpServers: { office: { id: 'office', tools: { now } } },
  server: {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    rbac: { getPermissions: async () => ['agents:read'] },
    cors: { origin: (origin: string) => origin, allowHeaders: ['*'] },
    apiRoutes: [{ path: '/door', method: 'GET', handler: async () => new Response('Come in.') }],
  },
})
