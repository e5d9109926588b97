import { MastraJwtAuth, type AuthProvider } from '@signet/auth'
import type { ProxyConfig } from '@signet/proxy'
import { UsageFailure } from '../failure.js'
import { dataDirectory, type Project } from '../project/project.js'
import { findDevelopmentSecret } from './development-secret.js'

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Variables by which applications of Mastra read the secret of their tokens. */
export const SECRET_VARIABLES = ['MASTRA_JWT_SECRET', 'JWT_AUTH_SECRET'] as const

/** Who may call a proxy whose configuration does not say; undefined where no variable holds a secret. */
export function providerOfVariables(): MastraJwtAuth | undefined {
  return SECRET_VARIABLES.some((name) => process.env[name]) ? new MastraJwtAuth() : undefined
}

/** The secret that a proxy without one has made for development; undefined in production, and where it has made none. */
export function findProxySecret(project: Project): string | undefined {
  if (process.env['NODE_ENV'] === 'production') return undefined
  return findDevelopmentSecret(dataDirectory(project))
}

/** Who may call a proxy, as far as it has been started; undefined where nobody says. Makes no secret. */
export function findProxyProvider(
  config: ProxyConfig,
  project: Project,
): AuthProvider | false | undefined {
  const provider = config.auth ?? providerOfVariables()
  if (provider !== undefined) return provider
  const secret = findProxySecret(project)
  return secret === undefined ? undefined : new MastraJwtAuth({ secret, name: 'development' })
}

/**
 * The secret in the variable that --upstream-secret names.
 * @throws {UsageFailure} that does not say what was written: it may be the secret itself
 */
export function namedSecret(variable: string): string {
  if (!VARIABLE.test(variable)) {
    throw new UsageFailure(
      '--upstream-secret is not the name of a variable. Write the name of the environment variable that holds the secret, and not the secret.',
    )
  }
  const secret = process.env[variable]
  if (secret) return secret
  throw new UsageFailure(
    `--upstream-secret names ${variable}, which is not set. Set it in the environment or in .env.`,
  )
}
