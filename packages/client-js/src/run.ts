import type { RequestContextInput } from './request-context.js'
import type { ToolCall } from './chunk.js'

/** Which answer is observed. */
export interface ObserveParams {
  readonly runId: string
  /** The index of the first chunk. Default: 0. */
  readonly offset?: number | undefined
}

/** The call of a suspended answer that is decided on. */
export interface ToolCallDecision {
  readonly runId: string
  readonly toolCallId: string
  readonly requestContext?: RequestContextInput | undefined
}

/** The call of a suspended answer that is resumed. */
export interface ResumedToolCall {
  readonly runId: string
  /** To be left out only where one call of the answer waits. */
  readonly toolCallId?: string | undefined
  readonly requestContext?: RequestContextInput | undefined
}

/** The call of a suspended answer that is declined. */
export interface DeclinedToolCall extends ToolCallDecision {
  /** Why; the model is told. At most 2,000 characters. */
  readonly reason?: string | undefined
}

/** A call that waits: for an approval, or for what its tool has asked for. */
export interface SuspendedToolCall extends ToolCall {
  /** Whether it has to be approved; otherwise its tool has suspended it. */
  readonly requiresApproval: boolean
  /** What its tool asks for, where it has suspended the call. */
  readonly suspendPayload?: unknown
  readonly approval: {
    /** The id of the tool, which permissions name. */
    readonly toolId: string
    /** Who must approve it: who asked, or somebody else. */
    readonly by: 'asker' | 'other'
    /** What somebody else decided, if they did: the answer goes on when its owner decides, too. */
    readonly state: 'waiting' | 'approved' | 'declined'
    /** ISO 8601: until when it may be approved, or resumed. */
    readonly expiresAt: string
  }
}

/** A suspended answer of the caller. */
export interface SuspendedRun {
  readonly runId: string
  readonly status: 'suspended'
  readonly threadId?: string | undefined
  readonly resourceId?: string | undefined
  /** ISO 8601. */
  readonly suspendedAt: string
  readonly toolCalls: readonly SuspendedToolCall[]
}

/** Which suspended answers are wanted. */
export interface SuspendedRunsParams {
  readonly threadId?: string | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** Default: 100. */
  readonly perPage?: number | undefined
}

/** A page of suspended answers, the newest first, and how many there are on all pages. */
export interface SuspendedRunPage {
  readonly runs: readonly SuspendedRun[]
  readonly total: number
}
