// What Signet serves while it is measured, by `signet start`, as users do. Its peers serve the same agent.
import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { Memory } from '@signet/core/memory'
import { createTool } from '@signet/core/tools'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { z } from 'zod'
import { instantModel } from '../../../model/instant.mjs'

const { BENCH_AUTH, BENCH_AUDIT, BENCH_MEMORY, MASTRA_JWT_SECRET } = process.env

const weatherTool = createTool({
  id: 'get-weather',
  description: 'Tells the weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ city: z.string(), degrees: z.number() }),
  execute: async ({ city }) => ({ city, degrees: 21 }),
})

const weatherAgent = new Agent({
  id: 'weather-agent',
  name: 'Weather Agent',
  description: 'Tells the weather of a city.',
  instructions: 'You tell people the weather of the city they ask about.',
  model: instantModel,
  tools: { weatherTool },
  ...(BENCH_MEMORY === 'on' && { memory: new Memory({ options: { lastMessages: 10 } }) }),
})

/** Whoever resumes it lets it wait again. */
const wait = createStep({
  id: 'wait',
  inputSchema: z.object({}),
  outputSchema: z.object({}),
  execute: async ({ suspend }) => await suspend({}),
})

const waiting = createWorkflow({
  id: 'waiting',
  inputSchema: z.object({}),
  outputSchema: z.object({}),
})
  .then(wait)
  .commit()

export const mastra = new Mastra({
  agents: { weatherAgent },
  workflows: { waiting },
  server: {
    auth: BENCH_AUTH === 'off' ? false : new MastraJwtAuth({ secret: MASTRA_JWT_SECRET }),
    // One token asks for everybody.
    limits: { answers: false, requests: false, failures: false },
    ...(BENCH_AUDIT === 'off' && { audit: false }),
  },
})
