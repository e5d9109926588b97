import { isLegalId, isObject, nearestName } from '@signet/auth/internal'
import { BOUNDS } from '../bounds.js'
import { InputError, type InputIssue } from '../error.js'
import { isThreadId } from '../message/thread-id.js'
import type { RunJson } from '../run/run-storage.js'
import { cronFault, timeZoneFault } from './cron.js'
import type { ScheduleOverlap, ScheduleRecord, ScheduleSettings } from './schedule-storage.js'

const DEFAULT_TIME_ZONE = 'UTC'

/** What every schedule has. */
interface ScheduleInput {
  /** 1 to 100 of `A-Z a-z 0-9 _ . -`. Default: random. */
  readonly id?: string | undefined
  /**
   * Five fields; six, with the second first; seven, with the year last; or a name such as `@daily`. Once a minute at most.
   */
  readonly cron: string
  /** A name of IANA. Default: `UTC`. */
  readonly timezone?: string | undefined
  /** What becomes of a fire while the one before goes on. Default: `skip`. */
  readonly overlap?: ScheduleOverlap | undefined
  /** Plain JSON, for its owner. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A schedule of an agent. */
export interface NewAgentSchedule extends ScheduleInput {
  /** The key or the id of the agent. */
  readonly agentId: string
  /** What it is asked at each fire. */
  readonly prompt: string
  /** What its owner calls it. */
  readonly name?: string | undefined
  /** The thread that each fire goes on in; the agent must have a memory. Default: nothing is remembered. */
  readonly threadId?: string | undefined
  /** Who owns the thread, where no token says so. */
  readonly resourceId?: string | undefined
}

/** A schedule of a workflow. */
export interface NewWorkflowSchedule extends ScheduleInput {
  /** The key or the id of the workflow. */
  readonly workflowId: string
  readonly inputData?: unknown
  readonly initialState?: Readonly<Record<string, unknown>> | undefined
  /** What the client says to the steps: they find it as `requestContext.client`. */
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** What may be changed of a schedule. What is left out stays. */
export interface ScheduleUpdate extends Partial<
  Pick<ScheduleInput, 'cron' | 'timezone' | 'overlap' | 'metadata'> &
    Pick<NewAgentSchedule, 'prompt' | 'name'> &
    Pick<NewWorkflowSchedule, 'inputData' | 'initialState' | 'requestContext'>
> {
  readonly status?: 'active' | 'paused' | undefined
}

const COMMON = ['cron', 'timezone', 'overlap', 'metadata'] as const
const OF_AGENT = ['prompt', 'name'] as const
const OF_WORKFLOW = ['inputData', 'initialState', 'requestContext'] as const
type ScheduleForm = 'newAgent' | 'newWorkflow' | 'agent' | 'workflow'

/** Which names an input may have. */
const NAMES: Readonly<Record<ScheduleForm, readonly string[]>> = {
  newAgent: ['id', 'agentId', 'threadId', 'resourceId', ...COMMON, ...OF_AGENT],
  newWorkflow: ['id', 'workflowId', ...COMMON, ...OF_WORKFLOW],
  agent: ['status', ...COMMON, ...OF_AGENT],
  workflow: ['status', ...COMMON, ...OF_WORKFLOW],
}

/** An input that is being read, and what is wrong with it. */
class Reading {
  readonly #given: Readonly<Record<string, unknown>>
  readonly #issues: InputIssue[] = []

  constructor(given: unknown, form: ScheduleForm) {
    if (!isObject(given) || Array.isArray(given)) {
      throw new InputError('The schedule cannot be used.', [
        { field: 'root', message: 'It must be an object.' },
      ])
    }
    this.#given = { ...given }
    const names = NAMES[form]
    for (const name of Object.keys(this.#given)) {
      if (names.includes(name) || this.#given[name] === undefined) continue
      const near = nearestName(name, names)
      const hint = near === undefined ? 'Leave it out.' : `Did you mean ${near}?`
      this.refuse(name, `A schedule of this kind does not have it. ${hint}`)
    }
  }

  refuse(field: string, message: string): void {
    this.#issues.push({ field, message })
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined
  }

  /** A text of 1 to so many characters. */
  text(name: string, limit: number): string | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeof value === 'string' && value !== '' && value.length <= limit) return value
    this.refuse(name, `It must be a text of 1 to ${limit} characters.`)
    return undefined
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.get(name)
    const found = values.find((each) => each === value)
    if (value !== undefined && found === undefined) {
      this.refuse(name, `It must be ${values.map((each) => JSON.stringify(each)).join(' or ')}.`)
    }
    return found
  }

  /** An object of JSON. */
  members(name: string): RunJson | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (isObject(value) && !Array.isArray(value)) return { ...value }
    this.refuse(name, 'It must be an object.')
    return undefined
  }

  /** @throws {InputError} with all that is wrong */
  finish(): void {
    if (this.#issues.length === 0) return
    throw new InputError('The schedule cannot be used.', this.#issues)
  }
}

/** What is not there does not stand in the JSON. */
function present(members: Readonly<Record<string, unknown>>): RunJson {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function readJob(
  reading: Reading,
  kind: ScheduleRecord['target']['kind'],
  before: RunJson,
): RunJson {
  const metadata = reading.members('metadata') ?? before['metadata']
  // Null is an input, too.
  const inputData = reading.get('inputData')
  const job =
    kind === 'agent'
      ? {
          prompt: reading.text('prompt', BOUNDS.promptCharacters.limit) ?? before['prompt'],
          metadata,
        }
      : {
          inputData: inputData === undefined ? before['inputData'] : inputData,
          initialState: reading.members('initialState') ?? before['initialState'],
          requestContext: reading.members('requestContext') ?? before['requestContext'],
          metadata,
        }
  const hasPrompt = job.prompt !== undefined || reading.get('prompt') !== undefined
  if (kind === 'agent' && !hasPrompt) {
    reading.refuse('prompt', 'A schedule of an agent needs it.')
  }
  let json: string | undefined
  try {
    json = JSON.stringify(present(job))
  } catch {
    json = undefined
  }
  const { limit } = BOUNDS.scheduleCharacters
  if (json === undefined || json.length > limit) {
    reading.refuse('root', `It must be JSON of at most ${limit} characters.`)
    return {}
  }
  return JSON.parse(json) as RunJson
}

function readSettings(
  reading: Reading,
  kind: ScheduleRecord['target']['kind'],
  before: Partial<ScheduleSettings>,
  now: number,
): ScheduleSettings {
  const timezone =
    reading.text('timezone', BOUNDS.timeZoneCharacters.limit) ??
    before.timezone ??
    DEFAULT_TIME_ZONE
  const zoneFault = timeZoneFault(timezone)
  if (zoneFault !== undefined) reading.refuse('timezone', zoneFault)
  const given = reading.get('cron')
  const cron = typeof given === 'string' ? given.trim() : given === undefined ? before.cron : ''
  const fault =
    cron === undefined
      ? 'It is needed.'
      : cronFault({ cron, timezone: zoneFault === undefined ? timezone : 'UTC' }, now)
  if (fault !== undefined) reading.refuse('cron', fault)
  const name = reading.text('name', BOUNDS.scheduleNameCharacters.limit) ?? before.name
  return {
    cron: cron ?? '',
    timezone,
    overlap: reading.oneOf('overlap', ['skip', 'queue'] as const) ?? before.overlap ?? 'skip',
    ...(name !== undefined && { name }),
    job: readJob(reading, kind, before.job ?? {}),
  }
}

/** What a new schedule is to run. */
export interface ReadTarget {
  readonly kind: ScheduleRecord['target']['kind']
  /** As the caller spelt it. */
  readonly target: string
}

function readingOf(given: unknown, kind: ReadTarget['kind']): Reading {
  return new Reading(given, kind === 'workflow' ? 'newWorkflow' : 'newAgent')
}

/**
 * Reads what a new schedule is to run: whether the caller may run that is asked before the rest is read.
 * @throws {InputError}
 */
export function readTarget(given: unknown): ReadTarget {
  const isOfWorkflow = isObject(given) && Reflect.get(given, 'workflowId') !== undefined
  const kind = isOfWorkflow ? 'workflow' : 'agent'
  const reading = readingOf(given, kind)
  const target = reading.get(`${kind}Id`)
  if (typeof target !== 'string' || !isLegalId(target)) {
    reading.refuse(`${kind}Id`, 'It must be the id of one.')
  }
  reading.finish()
  return { kind, target: String(target) }
}

/** A schedule that is asked for, but what it runs. */
export interface ReadSchedule {
  /** Without its prefix. */
  readonly id: string | undefined
  readonly threadId: string | undefined
  readonly resourceId: string | undefined
  readonly settings: ScheduleSettings
}

/**
 * Reads a new schedule.
 * @param now - in milliseconds since 1970: a pattern that never fires after it is refused
 * @throws {InputError} with all that is wrong
 */
export function readNewSchedule(
  given: unknown,
  kind: ReadTarget['kind'],
  now: number,
): ReadSchedule {
  const reading = readingOf(given, kind)
  const { limit } = BOUNDS.scheduleIdCharacters
  const id = reading.text('id', limit)
  if (id !== undefined && !isLegalId(id)) {
    reading.refuse('id', `It must be 1 to ${limit} of A-Z a-z 0-9 _ . -`)
  }
  const threadId = reading.text('threadId', BOUNDS.idCharacters.limit)
  if (threadId !== undefined && !isThreadId(threadId)) {
    reading.refuse('threadId', 'It cannot be the id of a thread.')
  }
  const resourceId = reading.text('resourceId', BOUNDS.idCharacters.limit)
  const settings = readSettings(reading, kind, {}, now)
  reading.finish()
  return { id, threadId, resourceId, settings }
}

/** A change that is asked for. */
export interface ReadUpdate {
  /** All of them, with what stays. */
  readonly settings: ScheduleSettings
  readonly status: 'active' | 'paused' | undefined
}

/**
 * Reads a change of a schedule.
 * @param now - as `readNewSchedule` has it
 * @throws {InputError} with all that is wrong
 */
export function readUpdate(given: unknown, schedule: ScheduleRecord, now: number): ReadUpdate {
  const { kind } = schedule.target
  const reading = new Reading(given, kind)
  const status = reading.oneOf('status', ['active', 'paused'] as const)
  const settings = readSettings(reading, kind, schedule, now)
  reading.finish()
  return { settings, status }
}
