import { API_KEY_ISSUER, isObject } from '@signet/auth/internal'
import { ownerKey } from '../memory/owner.js'
import type { RequestContext } from '../request-context.js'
import { RunError } from './run-error.js'
import type { RunPerson } from './run-storage.js'

/** Who asks where the application itself does. No principal has this name, as each has an owner that is not empty. */
const APPLICATION: RunPerson = Object.freeze({ issuer: 'local', subject: '' })

/** Who calls, by the names of their token. */
export function personOf({ principal }: RequestContext): RunPerson {
  if (principal === undefined) return APPLICATION
  const { issuer, subject } = principal
  return { issuer, subject }
}

/**
 * The owner of the runs of a caller.
 * @throws {RunError} `run_missing` for a stranger, who owns none
 */
export function runOwner({ principal, isStranger }: RequestContext): string {
  if (principal !== undefined) return ownerKey(principal)
  if (!isStranger) return ownerKey({ resourceId: APPLICATION.subject })
  throw new RunError('run_missing', 'A caller without a valid token has no runs.')
}

function nameOf(issuer: unknown, subject: unknown): string {
  return JSON.stringify([issuer, subject])
}

/**
 * All who have a part in what a caller does: the subject, who acts for them, and who made their API key. Two callers who
 * share one of these are not two people.
 */
export function peopleOf({ principal }: RequestContext): readonly string[] {
  if (principal === undefined) return [nameOf(APPLICATION.issuer, APPLICATION.subject)]
  const { issuer, subject, actors, claims } = principal
  const people = [nameOf(issuer, subject), ...actors.map((actor) => nameOf(issuer, actor))]
  const maker: unknown = issuer === API_KEY_ISSUER ? claims['maker'] : undefined
  if (isObject(maker)) people.push(nameOf(Reflect.get(maker, 'iss'), Reflect.get(maker, 'sub')))
  return people
}
