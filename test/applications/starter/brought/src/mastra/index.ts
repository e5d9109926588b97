import { Mastra } from '@mastra/core/mastra'
import { LibSQLStore } from '@mastra/libsql'
import { PinoLogger } from '@mastra/loggers'
import { DefaultExporter, Observability } from '@mastra/observability'
import { MastraJwtAuth } from '@mastra/auth'
import { forecaster } from './agents/forecaster.js'
import { answeredInDegrees } from './scorers/degrees.js'
import { planTheDay } from './workflows/plan-the-day.js'

export const mastra = new Mastra({
  agents: { forecaster },
  workflows: { planTheDay },
  scorers: { answeredInDegrees },
  storage: new LibSQLStore({ id: 'starter', url: 'file:./starter.db' }),
  logger: new PinoLogger({ name: 'starter', level: 'info' }),
  observability: new Observability({
    configs: { default: { serviceName: 'starter', exporters: [new DefaultExporter()] } },
  }),
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }) },
})
