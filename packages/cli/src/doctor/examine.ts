import type { Project } from '../project/project.js'
import { checkClaims } from './check-claims.js'
import { checkEnvFiles } from './check-env-files.js'
import { checkKeys } from './check-keys.js'
import { checkModels } from './check-models.js'
import { checkOptions } from './check-options.js'
import { checkProofs } from './check-proofs.js'
import { checkRedis } from './check-redis.js'
import { checkRoles } from './check-roles.js'
import { checkCallers, checkRoutes } from './check-routes.js'
import { checkSecrets } from './check-secrets.js'
import { refusedStart } from './check-start.js'
import { checkStorage } from './check-storage.js'
import { checkStore } from './check-store.js'
import { whyDead } from './dead-grant.js'
import { worstFirst, type Finding } from './finding.js'
import { tryToServe, type Served } from './served.js'

/** The checks that only a `MastraJwtAuth` allows. */
export async function examineProvider({
  auth,
  provider,
}: Pick<Served, 'auth' | 'provider'>): Promise<readonly Finding[]> {
  if (auth === false) return []
  if (provider === undefined) {
    const what = `The provider ${JSON.stringify(auth.name ?? 'without a name')} is not a MastraJwtAuth.`
    const why = 'It does not say what it accepts, so its secrets, keys and rules were not checked.'
    return [{ check: 'provider', level: 'note', what, why }]
  }
  const description = provider.describe()
  return [...checkSecrets(description), ...checkClaims(description), ...(await checkKeys(provider))]
}

async function examineServed(served: Served, project: Project): Promise<readonly Finding[]> {
  return [
    ...(await examineProvider(served)),
    ...checkProofs(served.auth, served.mastra.getServer().publicUrl),
    ...checkModels(served),
    ...checkOptions(served),
    ...checkCallers({ auth: served.auth, cors: served.mastra.getServer().cors }, 'server.'),
    ...checkRoutes(served),
    ...checkRoles(served, (grant) => whyDead(grant, served.mastra)),
    ...checkStorage(served),
    ...(await checkStore(project)),
    ...(await checkRedis()),
  ]
}

/**
 * Finds weaknesses of an application as it would be served in production, the worst first.
 * @throws whatever the application throws as it starts, where that is not a refusal of its configuration
 */
export async function examine(project: Project): Promise<readonly Finding[]> {
  const served = await tryToServe(project)
  const findings = [
    ...(served instanceof Error ? refusedStart(served) : await examineServed(served, project)),
    ...(await checkEnvFiles(project.directory)),
  ]
  return worstFirst(findings)
}
