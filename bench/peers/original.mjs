// Mastra's server as `mastra start` boots it, with the agent that Signet serves.
import { MastraJwtAuth } from '@mastra/auth'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { createNodeServer } from '@mastra/deployer/server'
import { z } from 'zod'
import { instantModel } from '../model/instant.mjs'

const { BENCH_AUTH, BENCH_MEMORY, DATABASE_URL, MASTRA_JWT_SECRET } = process.env

/** The store of what it remembers; loaded only where it is asked for, so that it does not slow the start. */
async function openStorage() {
  if (BENCH_MEMORY !== 'on') return undefined
  if (DATABASE_URL !== undefined) {
    const { PostgresStore } = await import('@mastra/pg')
    return new PostgresStore({ id: 'bench', connectionString: DATABASE_URL })
  }
  const { LibSQLStore } = await import('@mastra/libsql')
  return new LibSQLStore({ id: 'bench', url: `file:${process.env.BENCH_DIRECTORY}/original.db` })
}

async function createMemory(storage) {
  if (storage === undefined) return {}
  const { Memory } = await import('@mastra/memory')
  return { memory: new Memory({ storage, options: { lastMessages: 10 } }) }
}

const weatherTool = createTool({
  id: 'get-weather',
  description: 'Tells the weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ city: z.string(), degrees: z.number() }),
  execute: async ({ city }) => ({ city, degrees: 21 }),
})

const storage = await openStorage()

const weatherAgent = new Agent({
  id: 'weather-agent',
  name: 'Weather Agent',
  description: 'Tells the weather of a city.',
  instructions: 'You tell people the weather of the city they ask about.',
  model: instantModel,
  tools: { weatherTool },
  ...(await createMemory(storage)),
})

const auth = new MastraJwtAuth({
  secret: MASTRA_JWT_SECRET,
  // Without it Mastra does not say whose a thread is.
  mapUserToResourceId: (user) => user.sub,
})

const mastra = new Mastra({
  agents: { weatherAgent },
  ...(storage && { storage }),
  server: { ...(BENCH_AUTH !== 'off' && { auth }) },
})
await createNodeServer(mastra, { tools: [] })
