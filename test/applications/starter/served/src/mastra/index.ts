import { Mastra } from '@mastra/core/mastra'
import { MastraJwtAuth } from '@mastra/auth'
import { forecaster } from './agents/forecaster.js'

export const mastra = new Mastra({
  agents: { forecaster },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
