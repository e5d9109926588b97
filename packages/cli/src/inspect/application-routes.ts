import type { Mastra } from '@signet/core'
import { createRoutes } from '@signet/server/internal'
import type { AskedRoute } from './verdict.js'

/** The routes of an application, from the same table that the server routes by. */
export function applicationRoutes(mastra: Mastra): readonly AskedRoute[] {
  const { auth, audit } = mastra.getServer()
  const table = createRoutes(mastra, auth ?? false, { apiKeys: true, audit: audit !== false })
  return table.routes.map((route) => ({
    method: route.method,
    path: table.pathOf(route),
    access: route.access,
  }))
}
