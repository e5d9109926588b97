import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { Memory } from '@mastra/core/memory'
import { createTool } from '@mastra/core/tools'
import { MastraJwtAuth } from '@mastra/auth'
import { z } from 'zod/v3'

const borrow = createTool({
  id: 'borrow',
  description: 'Lends a book',
  inputSchema: z.object({ title: z.string() }),
  execute: async ({ title }) => ({ lent: title }),
})

const renew = createTool({
  id: 'renew',
  description: 'Lends a book for longer',
  inputSchema: { type: 'object', properties: { title: { type: 'string' } } },
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
  agents: { shelves },
  tools: async () => ({ borrow }),
  memory: new Memory({
    storage: { init: async () => {} },
    vector: { query: async () => [] },
    embedder: 'openai/text-embedding-3-small',
    options: {
      lastMessages: 20,
      semanticRecall: { topK: 3, messageRange: 2 },
      workingMemory: { enabled: true, schema: z.object({ name: z.string() }) },
    },
  }),
  defaultOptions: { maxSteps: 12 },
})

export const mastra = new Mastra({
  agents: { librarian, shelves },
  tools: { borrow, renew },
  vectors: { books: {} },
  storage: { init: async () => {}, stores: {} },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
