import type { AuthProvider, RoleTable } from '@signet/auth'
import { silentLogger, type Mastra } from '@signet/core'
import { createApp, type RouteTable } from '@signet/server'
import { rolesOf } from '@signet/server/internal'
import { loadApplication } from '../project/bundle/bundle.js'
import { isExplained, type ExplainedError } from '../fault/explained.js'
import { isJwtProvider, type JwtProvider } from './jwt-provider.js'
import { redisUrl } from '../serve/limits.js'
import type { Project } from '../project/project.js'
import { createProjectStore } from '../project/project-store.js'

/** An application as `signet start` would serve it. */
export interface Served {
  readonly mastra: Mastra
  readonly auth: AuthProvider | false
  /** The provider, where it is a `MastraJwtAuth`. */
  readonly provider: JwtProvider | undefined
  readonly table: RouteTable
  /** The roles in force. */
  readonly roles: RoleTable
  /** Whether the application sets its own storage. */
  readonly hasOwnStorage: boolean
}

/**
 * Prepares an application as `signet start` does, but does not serve it and does not open the store.
 * @returns why it does not start, where its error explains that
 * @throws any other error of the application
 */
export async function tryToServe(project: Project): Promise<Served | ExplainedError> {
  try {
    const mastra = await loadApplication(project)
    // A logger of the application could write into the findings.
    mastra.setLogger(silentLogger)
    const hasOwnStorage = mastra.getStorage() !== undefined
    mastra.setDefaultStorage(createProjectStore(project).memory)
    const { table } = createApp(mastra, { redisUrl: redisUrl() })
    // `createApp` refuses an application without auth.
    const { auth = false } = mastra.getServer()
    const provider = isJwtProvider(auth) ? auth : undefined
    return { mastra, auth, provider, table, roles: rolesOf(mastra), hasOwnStorage }
  } catch (error) {
    if (isExplained(error)) return error
    throw error
  }
}
