import { isObject } from '@signet/auth/internal'
import type { ModelMessage } from 'ai'
import { ToolError } from '../error.js'
import type { Content } from '../loop/content.js'
import { toResponseMessages } from '../loop/response-messages.js'
import type { Step } from '../loop/step.js'
import type { ResumedMemory } from '../memory/session.js'
import type { StoredMessage } from '../memory/stored-message.js'
import { RunError } from '../run/run-error.js'
import type { RunJson } from '../run/run-storage.js'
import type { AgentOptions } from './options.js'

/** The options of an answer that it goes on with. */
export const KEPT_OPTIONS = [
  'memory',
  'maxSteps',
  'modelSettings',
  'providerOptions',
  'toolChoice',
  'activeTools',
  'clientTools',
  'requireToolApproval',
  'onDisconnect',
] as const

/** Options of an answer as they are stored. */
export type KeptOptions = Pick<AgentOptions, (typeof KEPT_OPTIONS)[number] | 'structuredOutput'> & {
  readonly model?: string | undefined
  /** In place of those of the agent. */
  readonly instructions?: string | undefined
  readonly system?: string | undefined
}

/** What it takes for an answer to go on. */
export interface AgentSnapshot {
  readonly version: 1
  /** The id of the answer's message. */
  readonly messageId: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly stepEnds: readonly number[]
  /** What the model was asked: what was remembered, the context and the question. */
  readonly asked: readonly ModelMessage[]
  readonly question: readonly ModelMessage[]
  readonly storedQuestion: readonly StoredMessage[]
  /** All steps so far; the last one waits. */
  readonly steps: readonly Step[]
  readonly options: KeptOptions
  /** The options that were given, and are to be given again, as they are no JSON. */
  readonly missing: readonly string[]
  /** Whether the request changed what the agent is. */
  readonly isOverride: boolean
  /** What the client said to the tools. */
  readonly client: Readonly<Record<string, unknown>>
  readonly memory: ResumedMemory | undefined
}

/** Bytes as base64, which models take as they take bytes. */
function withoutBytes(this: object, name: string, value: unknown): unknown {
  const given: unknown = Reflect.get(this, name)
  if (given instanceof Uint8Array) {
    return Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('base64')
  }
  return given instanceof ArrayBuffer ? Buffer.from(given).toString('base64') : value
}

/** Whether a value is what JSON makes of it. */
export function isPlainJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlainJson)
  if (!isObject(value)) return typeof value !== 'function' && typeof value !== 'symbol'
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every(isPlainJson)
}

/** A snapshot as plain JSON. */
export function writeSnapshot(snapshot: AgentSnapshot): RunJson {
  const steps = snapshot.steps.map(({ messages: _messages, ...step }) => step)
  return JSON.parse(JSON.stringify({ ...snapshot, steps }, withoutBytes)) as RunJson
}

/** A failure of a tool is stored in the words that the model was told. */
function reviveContent(part: Content): Content {
  if (part.type !== 'tool-error') return part
  const { told } = part
  return { ...part, error: new ToolError(told.type === 'error-text' ? told.value : '') }
}

function reviveStep(step: Step): Step {
  const content = step.content.map(reviveContent)
  const timestamp = new Date(step.response.timestamp)
  const response = { ...step.response, timestamp }
  return { ...step, content, response, messages: toResponseMessages(content) }
}

/** Whether this version can read a snapshot. */
export function isReadable(json: RunJson | undefined): json is RunJson {
  return json?.['version'] === 1
}

/**
 * Reads what `writeSnapshot` wrote.
 * @throws {RunError} `run_ended` for a snapshot of another version
 */
export function readSnapshot(json: RunJson | undefined): AgentSnapshot {
  if (!isReadable(json)) {
    throw new RunError('run_ended', 'Another version of Signet has stored the run.')
  }
  // It was written here, and only this package writes it.
  const snapshot = json as object as AgentSnapshot
  return {
    ...snapshot,
    steps: snapshot.steps.map(reviveStep),
    storedQuestion: snapshot.storedQuestion.map((message) => ({
      ...message,
      createdAt: new Date(message.createdAt),
    })),
  }
}
