import { MastraJwtAuth, type AuthProvider, type RoleTable } from '@signet/auth'
import type { Mastra } from '@signet/core'
import type { ProxyConfig } from '@signet/proxy'
import { rolesOf } from '@signet/server/internal'
import { loadApplication } from '../project/bundle/bundle.js'
import { loadProxyConfig } from '../project/bundle/load-proxy-config.js'
import { proxyRoles } from '../project/bundle/load-roles.js'
import { findDevelopmentSecret } from '../serve/development-secret.js'
import { enterProject, loadEnvironment } from '../project/environment.js'
import { UsageFailure } from '../failure.js'
import { dataDirectory, findProject, type Project } from '../project/project.js'
import { openProxyProject, type ProxyProject } from '../project/proxy-config.js'
import { findProxyProvider, findProxySecret } from '../serve/proxy-auth.js'
import { proxyStudio } from '../serve/proxy-studio.js'
import { applicationRoutes } from './application-routes.js'
import { judge, notVerified, type Verdict } from './verdict.js'

/** The provider that `signet dev` creates for an application without one, with the secret that it stored. */
function developmentProvider(project: Project): MastraJwtAuth | undefined {
  const secret = findDevelopmentSecret(dataDirectory(project))
  return secret === undefined ? undefined : new MastraJwtAuth({ secret, name: 'development' })
}

function providerOf(mastra: Mastra, project: Project): AuthProvider | string {
  const auth = mastra.getServer().auth
  if (auth === false)
    return 'The application accepts every request (auth: false), and does not verify tokens.'
  return (
    auth ??
    developmentProvider(project) ??
    'The application has no server.auth, and signet dev has not created a secret for it yet.'
  )
}

async function askProxy(token: string, project: ProxyProject): Promise<Verdict> {
  const { directory } = project
  const config = await loadProxyConfig(project)
  const provider = findProxyProvider(config, project)
  if (provider === false)
    return notVerified('The proxy accepts every request (auth: false), and does not verify tokens.')
  if (provider === undefined) {
    return notVerified(
      'signet.config.ts has no auth, MASTRA_JWT_SECRET is not set, and signet proxy has not created a secret for development yet.',
    )
  }
  const describe = (name: string) => `the provider "${name}" of the proxy of ${directory}`
  const studio = proxyStudio(config, process.env['NODE_ENV'] !== 'production')
  const { listProxyRoutes } = await import('@signet/proxy/internal')
  return await judge(
    token,
    provider,
    describe,
    await proxyRoles(config),
    listProxyRoutes(config, studio),
  )
}

/**
 * Asks the provider of the application in a folder whether it accepts a token, or of the proxy that the folder configures.
 * @param hasRoutes - whether the routes of an application are told, too; those of a proxy always are
 * @throws whatever the application or the configuration throws as it starts
 */
export async function askProject(
  token: string,
  directory: string,
  hasRoutes: boolean,
): Promise<Verdict> {
  const proxy = openProxyProject(directory)
  if (proxy.hasConfig) {
    process.env['NODE_ENV'] ??= 'development'
    enterProject(directory)
    return await askProxy(token, proxy)
  }
  const project = findProject(directory)
  if (project === undefined) {
    return notVerified(
      `There is no application in ${directory}. Name its folder with --dir, or the variable of a secret with --secret-env.`,
    )
  }
  process.env['NODE_ENV'] ??= 'development'
  enterProject(directory)
  const mastra = await loadApplication(project)
  const provider = providerOf(mastra, project)
  if (typeof provider === 'string') return notVerified(provider)
  const describe = (name: string) => `the provider "${name}" of ${directory}`
  const routes = hasRoutes ? applicationRoutes(mastra) : undefined
  return await judge(token, provider, describe, rolesOf(mastra), routes)
}

/** Loads something while standard output is kept for the token, whatever is printed as it loads. */
async function loadInSilence<Value>(load: () => Promise<Value>): Promise<Value> {
  const { write } = process.stdout
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    return await load()
  } finally {
    process.stdout.write = write
  }
}

/** The roles of the application in a folder; undefined if there is none, or if it does not start. */
export async function rolesOfProject(directory: string): Promise<RoleTable | undefined> {
  const project = findProject(directory)
  if (project === undefined) return undefined
  process.env['NODE_ENV'] ??= 'development'
  try {
    return await loadInSilence(async () => {
      enterProject(directory)
      return rolesOf(await loadApplication(project))
    })
  } catch {
    // Errors of the application are reported by signet dev and signet doctor, not here.
    return undefined
  }
}

/** A proxy, as far as tokens for it are signed by it. */
export interface TokenProxy {
  readonly auth: ProxyConfig['auth']
  readonly roles: RoleTable
  /** The secret that it has made for development; undefined where it uses none. */
  readonly developmentSecret: string | undefined
}

/**
 * The proxy that a folder configures; undefined where it configures none.
 * @throws whatever the configuration throws as it is loaded
 */
export async function findTokenProxy(directory: string): Promise<TokenProxy | undefined> {
  const project = openProxyProject(directory)
  if (!project.hasConfig) return undefined
  process.env['NODE_ENV'] ??= 'development'
  return await loadInSilence(async () => {
    enterProject(directory)
    const config = await loadProxyConfig(project)
    return {
      auth: config.auth,
      roles: await proxyRoles(config),
      developmentSecret: findProxySecret(project),
    }
  })
}

/**
 * Verifies a token with the secret in a variable.
 * @throws {UsageFailure} where it is not set
 * @throws {ConfigurationError} where it holds no good secret
 */
export async function askSecret(
  token: string,
  variable: string,
  directory: string,
): Promise<Verdict> {
  process.env['NODE_ENV'] ??= 'development'
  loadEnvironment(directory)
  const secret = process.env[variable]
  if (secret === undefined || secret === '') {
    throw new UsageFailure(
      `--secret-env names a variable that is not set, neither in the environment nor in .env of ${directory}. Name one that holds a secret, such as MASTRA_JWT_SECRET.`,
    )
  }
  return await judge(token, new MastraJwtAuth({ secret }), () => `the secret in ${variable}`)
}
