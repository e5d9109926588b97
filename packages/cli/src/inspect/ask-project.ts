import { MastraJwtAuth, type AuthProvider, type RoleTable } from '@signet/auth'
import type { Mastra } from '@signet/core'
import { rolesOf } from '@signet/server/internal'
import { loadApplication } from '../project/bundle/bundle.js'
import { findDevelopmentSecret } from '../serve/development-secret.js'
import { enterProject, loadEnvironment } from '../project/environment.js'
import { UsageFailure } from '../failure.js'
import { dataDirectory, findProject, type Project } from '../project/project.js'
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

/**
 * Asks the provider of the application in a folder whether it accepts a token.
 * @throws whatever the application throws as it starts
 */
export async function askProject(token: string, directory: string): Promise<Verdict> {
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
  return await judge(token, provider, describe, rolesOf(mastra))
}

/** The roles of the application in a folder; undefined if there is none, or if it does not start. */
export async function rolesOfProject(directory: string): Promise<RoleTable | undefined> {
  const project = findProject(directory)
  if (project === undefined) return undefined
  process.env['NODE_ENV'] ??= 'development'
  const { write } = process.stdout
  // Standard output must hold only the token, whatever the application prints while it loads.
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    enterProject(directory)
    return rolesOf(await loadApplication(project))
  } catch {
    // Errors of the application are reported by signet dev and signet doctor, not here.
    return undefined
  } finally {
    process.stdout.write = write
  }
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
