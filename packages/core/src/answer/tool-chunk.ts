/** A call of a tool, as the wire shows it. */
export interface ToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
}

/** A call that its tool has suspended. */
export interface ToolCallSuspension extends ToolCall {
  /** What the tool said. */
  readonly suspendPayload: unknown
  /** What the call is resumed with, as the text of a JSON Schema; only where the tool has a schema for it. */
  readonly resumeSchema?: string | undefined
}

/** What a tool call came to. */
export interface ToolResult extends ToolCall {
  readonly result: unknown
}

/** What every chunk of one answer carries. */
export interface Envelope<Type extends string, Payload> {
  readonly type: Type
  readonly runId: string
  readonly from: 'AGENT'
  readonly payload: Payload
}

/** A call of a tool that an answer reports. */
export type ToolCallChunk = Envelope<'tool-call', ToolCall>

/** The result of a tool that an answer reports. */
export type ToolResultChunk = Envelope<'tool-result', ToolResult>
