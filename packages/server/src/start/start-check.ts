import { DEFAULT_ROLES, type AuthProvider, type RoleTable } from '@signet/auth'
import { checkProvider, checkRoleTable, freezeRoleTable } from '@signet/auth/internal'
import type { Logger, Mastra } from '@signet/core'
import { StartError } from '../error/error.js'

/** A timer of more milliseconds would fire at once (almost 25 days). */
export const MAX_OPTION: number = 2 ** 31 - 1

/** Where the options of a server stand, as messages name them. */
export interface OptionPlace {
  /** Who has the options, as the beginning of a sentence. */
  readonly owner: string
  /** What stands before the name of each option. */
  readonly path: string
}

/** Below `server` of a `Mastra`. */
export const OF_SERVER: OptionPlace = { owner: 'The application', path: 'server.' }

/**
 * Who may call.
 * @param defaultAuth - who may where the application does not say
 * @param place - where the option stands
 * @throws {StartError} `auth_missing` where nobody says
 * @throws {ConfigurationError} `option_invalid` for what is not a provider, or has rules that are not asked
 */
export function resolveAuth(
  mastra: Mastra,
  defaultAuth: AuthProvider | undefined,
  { owner, path }: OptionPlace = OF_SERVER,
): AuthProvider | false {
  const auth = mastra.getServer().auth ?? defaultAuth
  if (auth === undefined) {
    throw new StartError(
      'auth_missing',
      `${owner} has no ${path}auth, so it cannot tell its callers apart. Set it, for example to new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }), or write auth: false to let everyone in.`,
    )
  }
  if (auth !== false) checkProvider(auth, `${path}auth`)
  return auth
}

/**
 * An agent that can remember needs somewhere to do it.
 * @throws {StartError} `storage_missing`
 */
export function requireStorage(mastra: Mastra): void {
  if (mastra.getStorage() !== undefined) return
  const agent = Object.values(mastra.listAgents()).find((each) => each.getMemory() !== undefined)
  if (agent === undefined) return
  throw new StartError(
    'storage_missing',
    `Agent ${agent.id} has a memory, but the application has no storage. Give Mastra one, such as (await openStore({ directory: '.signet' })).memory of @signet/store.`,
  )
}

/** Tells the log of each agent whose model cannot be had: it would answer nobody, and the others are served. */
export function reportModels(mastra: Mastra, logger: Logger): void {
  for (const agent of Object.values(mastra.listAgents())) {
    const fault = agent.findModelFault()
    if (fault === undefined) continue
    const { modelId, modelProvider } = agent.describeModel()
    logger.error(`Agent ${agent.id} cannot answer: it has no model. ${fault.message}`, {
      agent: agent.id,
      model: [modelProvider, modelId].filter(Boolean).join('/') || undefined,
      code: fault.code,
    })
  }
}

/**
 * The roles in force, as they are at the start.
 * @param path - what stands before the names of options in messages
 * @throws {ConfigurationError} for a role that grants what is not a permission
 */
export function rolesOf(mastra: Mastra, path: string = OF_SERVER.path): RoleTable {
  const roles = { ...DEFAULT_ROLES, ...mastra.getServer().access?.roles }
  checkRoleTable(roles, `${path}access.roles`)
  return freezeRoleTable(roles)
}

/** @throws {StartError} `option_invalid` for what is not a whole number from 1 on */
export function positive(name: string, value: number, path: string = OF_SERVER.path): number {
  if (Number.isInteger(value) && value > 0 && value <= MAX_OPTION) return value
  throw new StartError(
    'option_invalid',
    `${path}${name} must be a whole number from 1 to ${MAX_OPTION}.`,
  )
}
