import type { AgentChunk, ToolCall } from '../chunk.js'

/** A call of a tool as a chat shows it. */
export interface ChatToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  /** `waiting`: somebody has to approve it before it is made, or to give what its tool has asked for. */
  readonly state: 'running' | 'waiting' | 'done' | 'failed'
  /** Of a call that waits, the run to be decided on: see `decide` of the chat. */
  readonly runId?: string | undefined
  /** What its tool asks for, where it has suspended the call. */
  readonly suspendPayload?: unknown
  /**
   * What the call is resumed with, as the text of a JSON Schema: where its tool has a schema for it, and not in a thread
   * that was read.
   */
  readonly resumeSchema?: string | undefined
  /** What it returned, once it is done. */
  readonly result?: unknown
  /** Why it failed. */
  readonly error?: string | undefined
  /** What made it fail, as the application says it; only where the server tells this caller. */
  readonly cause?: string | undefined
  /** When it began, in milliseconds since 1970; of a call that was made here, not of one that was stored. */
  readonly startedAt?: number | undefined
  /** How long it took, in milliseconds, once it has ended here. */
  readonly durationMs?: number | undefined
}

/** What a model wrote in one go, between two calls of tools. */
export interface ChatTextPart {
  /** `reasoning` is what the model thought before it answered, where it tells. */
  readonly type: 'text' | 'reasoning'
  /** The model's own name of it; a later part may have the same. */
  readonly id?: string | undefined
  readonly text: string
  /** Whether more of it may come. */
  readonly state: 'streaming' | 'done'
}

/** A call of a tool, in its place among the texts. */
export interface ChatToolCallPart {
  readonly type: 'tool-call'
  readonly toolCall: ChatToolCall
}

/** A piece of a message. */
export type ChatPart = ChatTextPart | ChatToolCallPart

/** A chunk, and when it came, in milliseconds since 1970. */
export interface TimedChunk {
  readonly chunk: AgentChunk
  readonly at: number
}

/** A text that is whole. */
export function textPart(type: ChatTextPart['type'], text: string): ChatTextPart {
  return { type, text, state: 'done' }
}

/** The text of all texts, without what the model thought. */
export function textOf(parts: readonly ChatPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The calls among the parts. */
export function toolCallsOf(parts: readonly ChatPart[]): readonly ChatToolCall[] {
  return parts.flatMap((part) => (part.type === 'tool-call' ? [part.toolCall] : []))
}

/** A call that waits; with what its tool asks for, where it has suspended the call. */
type WaitingCall = ToolCall & Pick<ChatToolCall, 'suspendPayload' | 'resumeSchema'>

/** The parts of an answer while its chunks are put in. */
class Parts {
  readonly list: ChatPart[]

  constructor(parts: readonly ChatPart[]) {
    this.list = [...parts]
  }

  open(type: ChatTextPart['type'], id: string): void {
    this.list.push({ type, id, text: '', state: 'streaming' })
  }

  /** Adds to the open text of this id. A text whose beginning was not announced ends where another part begins. */
  addText(type: ChatTextPart['type'], { id, text }: { id: string; text: string }): void {
    const { part: open, index } = this.#findText(type, id)
    const isLast = index === this.list.length - 1
    if (open !== undefined && (open.state === 'streaming' || isLast)) {
      this.list[index] = { ...open, text: open.text + text }
    } else {
      this.list.push({ type, id, text, state: 'done' })
    }
  }

  /** Ends a text. One in which nothing was said is not part of the answer. */
  close(type: ChatTextPart['type'], id: string): void {
    const { part, index } = this.#findText(type, id)
    if (part?.text === '') this.list.splice(index, 1)
    else if (part !== undefined) this.list[index] = { ...part, state: 'done' }
  }

  /** A call that waited begins in its place once it was decided on. */
  addCall({ toolCallId, toolName, args }: ToolCall, startedAt: number): void {
    const toolCall = { toolCallId, toolName, args, state: 'running', startedAt } as const
    const { call, index } = this.#findCall(toolCallId)
    const part = { type: 'tool-call', toolCall } as const
    if (call?.state === 'waiting') this.list[index] = part
    else this.list.push(part)
  }

  settle(toolCallId: string, at: number, outcome: Partial<ChatToolCall>): void {
    const { call, index } = this.#findCall(toolCallId)
    if (call === undefined) return
    const durationMs = Math.max(0, at - (call.startedAt ?? at))
    this.list[index] = { type: 'tool-call', toolCall: { ...call, ...outcome, durationMs } }
  }

  wait({ toolCallId, toolName, args, ...asked }: WaitingCall, runId: string): void {
    const { index } = this.#findCall(toolCallId)
    const { suspendPayload, resumeSchema } = asked
    const schema = resumeSchema !== undefined && { resumeSchema }
    const suspended = 'suspendPayload' in asked && { suspendPayload, ...schema }
    const toolCall = { toolCallId, toolName, args, state: 'waiting', runId, ...suspended } as const
    if (index !== -1) this.list[index] = { type: 'tool-call', toolCall }
  }

  #findCall(toolCallId: string) {
    const index = this.list.findLastIndex(
      (part) => part.type === 'tool-call' && part.toolCall.toolCallId === toolCallId,
    )
    const part = this.list[index]
    return { index, call: part?.type === 'tool-call' ? part.toolCall : undefined }
  }

  #findText(type: ChatTextPart['type'], id: string) {
    const index = this.list.findLastIndex((part) => part.type === type && part.id === id)
    const part = this.list[index]
    return { index, part: part?.type === type ? part : undefined }
  }
}

/** The parts with what chunks add to them. The work is in proportion to the chunks, not to what was said before. */
export function addChunks(
  parts: readonly ChatPart[],
  chunks: readonly TimedChunk[],
): readonly ChatPart[] {
  const next = new Parts(parts)
  for (const { chunk, at } of chunks) {
    switch (chunk.type) {
      case 'text-start':
        next.open('text', chunk.payload.id)
        break
      case 'text-delta':
        next.addText('text', chunk.payload)
        break
      case 'text-end':
        next.close('text', chunk.payload.id)
        break
      case 'reasoning-start':
        next.open('reasoning', chunk.payload.id)
        break
      case 'reasoning-delta':
        next.addText('reasoning', chunk.payload)
        break
      case 'reasoning-end':
        next.close('reasoning', chunk.payload.id)
        break
      case 'tool-call':
        next.addCall(chunk.payload, at)
        break
      case 'tool-call-approval':
      case 'tool-call-suspended':
        next.wait(chunk.payload, chunk.runId)
        break
      case 'tool-result':
        next.settle(chunk.payload.toolCallId, at, { state: 'done', result: chunk.payload.result })
        break
      case 'tool-error': {
        const { toolCallId, error } = chunk.payload
        const cause = error.cause === undefined ? {} : { cause: error.cause }
        next.settle(toolCallId, at, { state: 'failed', error: error.message, ...cause })
        break
      }
    }
  }
  return next.list
}

/** Whether more of a part may come. */
export function isOpenPart(part: ChatPart): boolean {
  return part.type === 'tool-call' ? part.toolCall.state === 'running' : part.state === 'streaming'
}

/** The parts once nothing more comes: a call that is still running has failed. */
export function settleParts(parts: readonly ChatPart[]): readonly ChatPart[] {
  return parts.flatMap((part): ChatPart[] => {
    if (part.type === 'tool-call') {
      const { toolCall } = part
      return toolCall.state === 'running'
        ? [{ type: 'tool-call', toolCall: { ...toolCall, state: 'failed' } }]
        : [part]
    }
    if (part.state === 'done') return [part]
    return part.text === '' ? [] : [{ ...part, state: 'done' }]
  })
}
