import { isObject, nearestName } from '@signet/auth/internal'
import type { LimitsConfig } from '@signet/core'
import { StartError } from '../error/error.js'
import { OF_SERVER, positive } from '../start/start-check.js'

/** The limits in force; `false` where there is none. */
export interface LimitSettings {
  readonly answersPerMinute: number | false
  /** At once, in this process. */
  readonly answersAtOnce: number | false
  readonly requestsPerMinute: number | false
  /** At once, in this process. */
  readonly requestsAtOnce: number | false
  /** Bytes of bodies at once, in this process. */
  readonly bodyBytesAtOnce: number | false
  readonly failuresPerMinute: number | false
}

/** What no honest caller meets; docs/limits.md says whom they were chosen for. */
const DEFAULTS: LimitSettings = {
  answersPerMinute: 1200,
  answersAtOnce: 100,
  requestsPerMinute: 6000,
  requestsAtOnce: 200,
  bodyBytesAtOnce: 128 * 1024 * 1024,
  failuresPerMinute: 3000,
}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  answers: ['perMinute', 'concurrent'],
  requests: ['perMinute', 'concurrent'],
  bodies: ['concurrentBytes'],
  failures: ['perMinute'],
}

/** @param name - with its path */
function invalid(name: string, problem: string): never {
  throw new StartError('option_invalid', `${name} ${problem}`)
}

/** A name that is misspelt would leave a limit as it is by default, and nobody would know. */
function refuseUnknown(name: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((member) => !known.includes(member))
  if (unknown === undefined) return
  const near = nearestName(unknown, known)
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  invalid(
    name,
    `has ${JSON.stringify(unknown)}, which is not an option. Options are ${known.join(', ')}.${hint}`,
  )
}

function read(
  limits: LimitsConfig,
  group: keyof LimitsConfig,
  member: 'perMinute' | 'concurrent' | 'concurrentBytes',
  byDefault: number | false,
  path: string,
): number | false {
  const value: unknown = limits[group]
  if (value === undefined) return byDefault
  if (value === false) return false
  if (!isObject(value)) invalid(`${path}limits.${group}`, 'must be an object or false.')
  const limit: unknown = Reflect.get(value, member)
  if (limit === undefined) return byDefault
  if (limit === false) return false
  return positive(`limits.${group}.${member}`, typeof limit === 'number' ? limit : NaN, path)
}

/**
 * Reads the limits of an application. What is left out or undefined is as by default.
 * @param path - what stands before the names of options in messages
 * @throws {StartError} `option_invalid`
 */
export function readLimits(
  limits: LimitsConfig = {},
  path: string = OF_SERVER.path,
): LimitSettings {
  if (!isObject(limits)) invalid(`${path}limits`, 'must be an object.')
  refuseUnknown(`${path}limits`, limits, Object.keys(MEMBERS))
  for (const [group, value] of Object.entries(limits)) {
    if (isObject(value)) refuseUnknown(`${path}limits.${group}`, value, MEMBERS[group] ?? [])
  }
  return {
    answersPerMinute: read(limits, 'answers', 'perMinute', DEFAULTS.answersPerMinute, path),
    answersAtOnce: read(limits, 'answers', 'concurrent', DEFAULTS.answersAtOnce, path),
    requestsPerMinute: read(limits, 'requests', 'perMinute', DEFAULTS.requestsPerMinute, path),
    requestsAtOnce: read(limits, 'requests', 'concurrent', DEFAULTS.requestsAtOnce, path),
    bodyBytesAtOnce: read(limits, 'bodies', 'concurrentBytes', DEFAULTS.bodyBytesAtOnce, path),
    failuresPerMinute: read(limits, 'failures', 'perMinute', DEFAULTS.failuresPerMinute, path),
  }
}
