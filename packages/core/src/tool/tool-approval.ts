import { ConfigurationError, type OptionNames } from '@signet/auth'
import { isObject, refuseUnknown } from '@signet/auth/internal'
import type { RequestContext } from '../request-context.js'
import { DEFAULT_SECONDS, readTerm } from './term.js'
import type { ApprovalConfig } from './tool-config.js'

/** How calls of a tool are approved. */
export interface ToolApproval {
  /** Whether it must be somebody else than who asked. */
  readonly byOther: boolean
  /** How long a call may be approved, in seconds. */
  readonly expiresInSeconds: number
  /**
   * Whether a call has to be approved. One whose input does not fit the schema has not: the tool refuses it.
   * @throws what the function of the tool throws
   */
  isNeeded(input: unknown, options: { readonly requestContext: RequestContext }): Promise<boolean>
}

/** What is approved where a request asks for it and the tool does not. */
export const APPROVAL_OF_REQUEST: Pick<ToolApproval, 'byOther' | 'expiresInSeconds'> =
  Object.freeze({
    byOther: false,
    expiresInSeconds: DEFAULT_SECONDS,
  })

const OPTIONS: OptionNames<ApprovalConfig> = { by: true, expiresInSeconds: true }

/** What may be said of approvals. */
interface Given {
  readonly id: string
  readonly requireApproval?: unknown
  readonly approval?: unknown
}

function invalid(id: string, name: string, remedy: string): ConfigurationError {
  return new ConfigurationError(
    'option_invalid',
    `The option ${name} of tool ${JSON.stringify(id)} is not valid. ${remedy}`,
  )
}

function readConfig(id: string, config: unknown): ApprovalConfig {
  if (config === undefined) return {}
  if (!isObject(config) || Array.isArray(config) || Object.keys(config).length === 0) {
    throw invalid(id, 'approval', 'Give { by, expiresInSeconds }, or leave it out.')
  }
  refuseUnknown(`The option approval of tool ${JSON.stringify(id)}`, config, OPTIONS)
  return config
}

function readBy(id: string, by: unknown): true {
  if (by === 'other') return true
  throw invalid(id, 'approval.by', "Give 'other', or leave it out.")
}

/** What reads the input of a tool. @returns undefined for one that does not fit */
export type ReadInput = (input: unknown) => Promise<{ readonly value: unknown } | undefined>

/**
 * Reads how calls of a tool are approved; undefined where they have not to be.
 * @param given - as the application gave it
 * @throws {ConfigurationError} `option_invalid`
 */
export function readApproval(given: Given, readInput: ReadInput): ToolApproval | undefined {
  const { id, requireApproval: rule } = given
  for (const name of ['requireApproval', 'approval'] as const) {
    if (!(name in given) || (given[name] !== undefined && given[name] !== null)) continue
    throw invalid(id, name, 'It is there, and says nothing. Give a value, or leave it out.')
  }
  if (rule !== undefined && typeof rule !== 'boolean' && typeof rule !== 'function') {
    throw invalid(id, 'requireApproval', 'Give true, false or a function.')
  }
  const config = readConfig(id, given.approval)
  if (rule === undefined || rule === false) {
    if (given.approval === undefined) return undefined
    throw invalid(id, 'approval', 'It has no effect without requireApproval. Set both, or neither.')
  }
  return Object.freeze({
    byOther: 'by' in config && readBy(id, config.by),
    expiresInSeconds: readTerm(id, 'approval', config),
    async isNeeded(input: unknown, options: { readonly requestContext: RequestContext }) {
      const read = await readInput(input)
      if (read === undefined) return false
      if (rule === true) return true
      // Only a clear no lets the call through.
      const answer: unknown = await Reflect.apply(rule, undefined, [read.value, options])
      return answer !== false
    },
  })
}
