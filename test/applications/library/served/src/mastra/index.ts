import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { Memory } from '@mastra/core/memory'
import { createTool } from '@mastra/core/tools'
import { MastraJwtAuth } from '@mastra/auth'
import { z } from 'zod'

const borrow = createTool({
  id: 'borrow',
  description: 'Lends a book',
  inputSchema: z.object({ title: z.string() }),
  execute: async ({ title }) => ({ lent: title }),
})

const renew = createTool({
  id: 'renew',
  description: 'Lends a book for longer',
  inputSchema: z.object({ title: z.string() }),
  execute: async ({ title }) => ({ renewed: title }),
})

const shelves = new Agent({
  id: 'shelves',
  name: 'Shelves',
  description: 'Knows where books stand',
  instructions: 'Say where a book stands.',
  model: 'signet/rehearsal',
})

const librarian = new Agent({
  id: 'librarian',
  name: 'Librarian',
  instructions: ['Help readers.', { role: 'system', content: 'Be brief.' }],
  model: 'signet/rehearsal',
  maxSteps: 12,
  tools: { borrow },
  memory: new Memory({ options: { lastMessages: 20, workingMemory: { enabled: true } } }),
})

export const mastra = new Mastra({
  agents: { librarian, shelves },
  tools: { borrow, renew },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
