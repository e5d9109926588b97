import { Mastra } from '@signet/core'
import { MastraJwtAuth } from '@signet/auth'
import { weatherAgent } from './agents/weather-agent.js'

export const mastra = new Mastra({
  agents: { weatherAgent },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
