import { ConfigurationError, type OptionNames } from '@signet/auth'
import { isObject, refuseUnknown } from '@signet/auth/internal'
import type { JSONValue } from 'ai'
import { BOUNDS } from '../bounds.js'
import { InputError } from '../error.js'
import { describeIssues } from '../issue.js'
import type { JsonSchema } from '../schema/json-schema.js'
import { quietIssues, type ReadSchema } from '../schema/readable-schema.js'
import { readTerm } from './term.js'
import { toJson } from './to-json.js'
import type { SuspensionConfig } from './tool-config.js'

/** Bytes of JSON of what a tool says when it suspends a call. */
const MAX_PAYLOAD_BYTES = 65_536
const MAX_DATA_BYTES = BOUNDS.resumeDataBytes.limit

/** How calls of a tool are suspended and resumed. */
export interface ToolSuspension {
  /** Whether the tool says that it suspends calls: it has `suspendSchema`, `resumeSchema` or `suspension`. */
  readonly isDeclared: boolean
  /** How long a call may be resumed, in seconds. */
  readonly expiresInSeconds: number
  /** What a call is resumed with, as JSON Schema (draft 7); undefined where the tool has no `resumeSchema`. */
  readonly resumeJsonSchema: JsonSchema | undefined
  /**
   * What a tool says when it suspends a call, as JSON.
   * @throws {TypeError} where it is too large, or does not fit `suspendSchema`
   */
  readPayload(payload: unknown): Promise<JSONValue>
  /**
   * What the tool gets of what a call is resumed with.
   * @throws {InputError} where it is missing, is too large, or does not fit `resumeSchema`
   */
  readResumeData(data: unknown): Promise<unknown>
}

const OPTIONS: OptionNames<SuspensionConfig> = { expiresInSeconds: true }

/** What may be said of suspensions. */
interface Given {
  readonly id: string
  readonly suspension?: unknown
}

function readSeconds({ id, suspension }: Given): number {
  if (suspension === undefined) return readTerm(id, 'suspension', undefined)
  if (!isObject(suspension) || Array.isArray(suspension) || Object.keys(suspension).length === 0) {
    throw new ConfigurationError(
      'option_invalid',
      `The option suspension of tool ${JSON.stringify(id)} is not valid. Give { expiresInSeconds }, or leave it out.`,
    )
  }
  refuseUnknown(`The option suspension of tool ${JSON.stringify(id)}`, suspension, OPTIONS)
  return readTerm(id, 'suspension', suspension)
}

function bytesOf(value: JSONValue): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function refuseData(issues: InputError['issues']): InputError {
  return new InputError('The call cannot be resumed with this.', issues)
}

/**
 * Reads how calls of a tool are suspended and resumed.
 * @param given - as the application gave it
 * @throws {ConfigurationError} `option_invalid`
 */
export function readSuspension(
  given: Given,
  suspend: ReadSchema | undefined,
  resume: ReadSchema | undefined,
): ToolSuspension {
  const { id } = given
  return Object.freeze({
    isDeclared: suspend !== undefined || resume !== undefined || given.suspension !== undefined,
    expiresInSeconds: readSeconds(given),
    resumeJsonSchema: resume?.input,
    async readPayload(payload: unknown) {
      const json = toJson(payload) ?? null
      if (bytesOf(json) > MAX_PAYLOAD_BYTES) {
        throw new TypeError(
          `What the tool ${id} said to suspend has more than ${MAX_PAYLOAD_BYTES} bytes of JSON.`,
        )
      }
      const parsed = await suspend?.parse(json, 'json')
      if (parsed === undefined || 'value' in parsed) return json
      const issues = describeIssues(quietIssues(parsed))
      throw new TypeError(
        `What the tool ${id} said to suspend does not fit its suspendSchema. ${issues}`,
      )
    },
    async readResumeData(data: unknown) {
      const json = toJson(data)
      if (json === undefined) {
        throw refuseData([{ field: 'resumeData', message: 'It is missing.' }])
      }
      if (bytesOf(json) > MAX_DATA_BYTES) {
        const message = `It has more than ${MAX_DATA_BYTES} bytes.`
        throw refuseData([{ field: 'resumeData', message }])
      }
      const parsed = await resume?.parse(json, 'json')
      if (parsed === undefined) return json
      if ('value' in parsed) return parsed.value
      throw refuseData(
        parsed.issues.map(({ field, message }) => ({
          field: field === 'root' ? 'resumeData' : `resumeData.${field}`,
          message,
        })),
      )
    },
  })
}
