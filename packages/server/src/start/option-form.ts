import { isObject, nonEmptyText } from '@signet/auth/internal'
import type { ServerConfig } from '@signet/core'
import { StartError } from '../error/error.js'
import { MAX_OPTION, OF_SERVER } from './start-check.js'

/** What an option may be, and how a message says it. */
interface Form {
  readonly words: string
  fits(value: unknown): boolean
}

function isGroup(value: unknown): boolean {
  return isObject(value) && !Array.isArray(value)
}

function isCount(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

const GROUP: Form = { words: 'an object', fits: isGroup }
const GROUP_OR_FALSE: Form = {
  words: 'false or an object',
  fits: (value) => value === false || isGroup(value),
}
const POSITIVE: Form = {
  words: `a whole number from 1 to ${MAX_OPTION}`,
  fits: (value) => isCount(value, 1, MAX_OPTION),
}

/** Of the options whose form no other check looks at before they are read. */
const FORMS: Partial<Record<keyof ServerConfig, Form>> = {
  port: {
    words: 'a whole number from 0 to 65535',
    fits: (value) => isCount(value, 0, 65_535),
  },
  host: {
    words: 'the name or the address of a host',
    fits: (value) => nonEmptyText(value) !== undefined,
  },
  access: GROUP,
  apiRoutes: { words: 'a list', fits: Array.isArray },
  bodySizeLimit: POSITIVE,
  timeout: POSITIVE,
  keepAliveTimeout: POSITIVE,
  revocation: GROUP,
  studio: {
    words: 'true, false or an object',
    fits: (value) => typeof value === 'boolean' || isGroup(value),
  },
  audit: GROUP_OR_FALSE,
  runs: GROUP,
  limits: GROUP,
}

/**
 * Refuses options that are of another type: read as if they were left out, they would not say what the application says.
 * @param path - what stands before the names of options in messages
 * @throws {StartError} `option_invalid`
 */
export function checkForms(server: ServerConfig, path: string = OF_SERVER.path): void {
  for (const [name, { words, fits }] of Object.entries(FORMS)) {
    const value: unknown = Reflect.get(server, name)
    if (value === undefined || fits(value)) continue
    throw new StartError('option_invalid', `${path}${name} must be ${words}.`)
  }
}
