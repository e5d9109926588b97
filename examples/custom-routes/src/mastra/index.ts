import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { helpdesk } from './helpdesk.js'
import { routes } from './routes.js'

export const mastra = new Mastra({
  agents: { helpdesk },
  server: {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    apiRoutes: routes,
  },
})
