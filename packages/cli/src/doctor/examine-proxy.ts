import type { ProxyProject } from '../project/proxy-config.js'
import { checkEnvFiles } from './check-env-files.js'
import { checkProofs } from './check-proofs.js'
import { checkRedis } from './check-redis.js'
import { checkRoles } from './check-roles.js'
import { checkCallers, checkDeclaredRoutes } from './check-routes.js'
import { refusedStart } from './check-start.js'
import { checkStore } from './check-store.js'
import { checkUpstream } from './check-upstream.js'
import { examineProvider } from './examine.js'
import { worstFirst, type Finding } from './finding.js'
import { tryToProxy, type ServedProxy, type UpstreamFlags } from './served-proxy.js'

async function examineServed(
  served: ServedProxy,
  project: ProxyProject,
  secret: string | undefined,
): Promise<readonly Finding[]> {
  const { config, auth, origin } = served
  return [
    ...(await examineProvider(served)),
    ...checkProofs(auth, config.publicUrl, 'publicUrl'),
    ...checkCallers({ auth, cors: config.cors }, ''),
    ...checkDeclaredRoutes(config),
    ...checkRoles(served),
    ...(await checkUpstream({ config, origin, secret })),
    ...(await checkStore(project)),
    ...(await checkRedis()),
  ]
}

/**
 * Finds weaknesses of a proxy as it would be served in production, the worst first.
 * @param secret - what the application verifies tokens with; undefined where nobody named it
 * @throws whatever the configuration throws as it is loaded, where that is not a refusal of its options
 */
export async function examineProxy(
  project: ProxyProject,
  flags: UpstreamFlags,
  secret: string | undefined,
): Promise<readonly Finding[]> {
  const served = await tryToProxy(project, flags)
  return worstFirst([
    ...(served instanceof Error
      ? refusedStart(served, 'signet proxy')
      : await examineServed(served, project, secret)),
    ...(await checkEnvFiles(project.directory)),
  ])
}
