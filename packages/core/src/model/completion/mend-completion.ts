import { isJsonObject, isNonBlank } from '@signet/auth/internal'
import { readFinishReason } from './finish-reason.js'

/** A JSON object that a server sent. */
export type Fields = Readonly<Record<string, unknown>>

/** What is known of an answer while it is mended, piece by piece. */
export interface MendState {
  /** Whether the request has this text as an id already: such an id is of an earlier call. */
  readonly isTaken: (id: string) => boolean
  /** The ids that stand in for those that are taken, and those of this answer as they are. */
  readonly ids: Map<string, string>
  hasChoice: boolean
  hasCalls: boolean
  hasEnd: boolean
  hasFailed: boolean
}

function readArguments(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** An id that no earlier call of the conversation has, so that each result finds its call. */
function readId(value: unknown, state: MendState): string | undefined {
  const id = typeof value === 'number' ? String(value) : value
  if (!isNonBlank(id)) return undefined
  const known = state.ids.get(id)
  if (known !== undefined) return known
  const own = state.isTaken(id) ? `call_${crypto.randomUUID()}` : id
  state.ids.set(id, own)
  return own
}

function mendCall(call: unknown, state: MendState): unknown {
  if (!isJsonObject(call)) return call
  const { index, id, function: named, ...rest } = call
  const { name, arguments: input, ...more } = isJsonObject(named) ? named : call
  const place = typeof index === 'string' && /^\d{1,6}$/u.test(index) ? Number(index) : index
  return {
    ...rest,
    ...(typeof place === 'number' && { index: place }),
    id: readId(id, state),
    function: {
      ...(isJsonObject(named) ? more : {}),
      ...(typeof name === 'string' && { name }),
      arguments: readArguments(input),
    },
  }
}

/** Two calls of one answer that came at once have two ids. */
function withOwnIds(calls: readonly unknown[]): unknown[] {
  const seen = new Set<unknown>()
  return calls.map((call) => {
    if (!isJsonObject(call) || call['id'] === undefined) return call
    if (seen.has(call['id'])) return { ...call, id: undefined }
    seen.add(call['id'])
    return call
  })
}

function mendSaid(said: Fields, isWhole: boolean, state: MendState): Fields {
  const { role, reasoning, reasoning_content: thought, tool_calls: given, ...rest } = said
  const listed = isJsonObject(given) ? [given] : given
  const calls = Array.isArray(listed) ? listed.map((call) => mendCall(call, state)) : []
  if (calls.length > 0) state.hasCalls = true
  return {
    ...rest,
    ...(role === 'assistant' && { role }),
    ...(typeof reasoning === 'string' && { reasoning }),
    ...(typeof thought === 'string' && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: isWhole ? withOwnIds(calls) : calls }),
  }
}

/** How an answer ends whose server says that it has ended, and not how. */
export function plainEnd({ hasCalls }: MendState): string {
  return hasCalls ? 'tool_calls' : 'stop'
}

function mendChoice(choice: unknown, isWhole: boolean, state: MendState): unknown {
  if (!isJsonObject(choice)) return choice
  state.hasChoice = true
  const { message, delta, finish_reason: reason, ...rest } = choice
  const said = isWhole ? message : (delta ?? message)
  const mended = isJsonObject(said) ? mendSaid(said, isWhole, state) : said
  const end = readFinishReason(reason) ?? (isWhole ? plainEnd(state) : null)
  if (end !== null) state.hasEnd = true
  return { ...rest, [isWhole ? 'message' : 'delta']: mended, finish_reason: end }
}

function isUsage(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  const counts = [value['prompt_tokens'], value['completion_tokens'], value['total_tokens']]
  return counts.every((each) => each === undefined || each === null || typeof each === 'number')
}

/**
 * What a server of chat completions sent, in the form that OpenAI documents: servers leave out, rename and repeat
 * much, and what they mean is clear. What is not clear stays as it is, and fails.
 *
 * @param isWhole - whether it is a whole answer; else it is a piece of a stream
 */
export function mendCompletion(sent: Fields, isWhole: boolean, state: MendState): Fields {
  const { id, created, model, choices, usage, error, ...rest } = sent
  if (error !== undefined && error !== null) {
    state.hasFailed = true
    return sent
  }
  const listed = Array.isArray(choices) ? choices : []
  return {
    ...rest,
    ...(typeof id === 'string' && { id }),
    ...(typeof created === 'number' && { created }),
    ...(typeof model === 'string' && { model }),
    choices: listed.map((choice) => mendChoice(choice, isWhole, state)),
    ...(isUsage(usage) && { usage }),
  }
}
