import { getErrorMessage } from '@ai-sdk/provider'
import { ToolError } from '../error.js'
import type { AnswerSpan } from '../model/telemetry.js'
import type { LoopCall, LoopTools } from './call.js'
import type {
  CallPast,
  CallSuspension,
  PendingCall,
  ToolCallContent,
  ToolErrorContent,
  ToolOutcome,
} from './content.js'
import type { Interrupt } from './interrupt.js'
import type { StepRecord } from './record.js'
import { below, traceTool } from './trace.js'

/** A call, as far as its tool has to know it. */
type ReadCall = Pick<ToolCallContent, 'toolCallId' | 'toolName' | 'input' | 'providerMetadata'>

function toError(
  { toolCallId, toolName, input, providerMetadata }: ReadCall,
  error: unknown,
): ToolErrorContent {
  const told = { type: 'error-text', value: getErrorMessage(error) } as const
  return {
    type: 'tool-error',
    toolCallId,
    toolName,
    input,
    error,
    told,
    providerExecuted: false,
    providerMetadata,
  }
}

/** What a call comes to that cannot be made; undefined for one that can, or that the provider makes. */
export function refuseCall(call: ToolCallContent): ToolErrorContent | undefined {
  const { fault: value, providerExecuted } = call
  if (value === undefined || providerExecuted === true) return undefined
  const told = { type: 'error-text', value } as const
  return { ...toError(call, new ToolError(value)), told, providerMetadata: undefined }
}

/** The calls of a step that are made here. */
function runnableCalls(calls: readonly ToolCallContent[], tools: LoopTools): ToolCallContent[] {
  return calls.filter(
    ({ toolName, fault, providerExecuted }) =>
      fault === undefined &&
      providerExecuted !== true &&
      tools.get(toolName)?.execute !== undefined,
  )
}

/** What the calls of a step are made with. */
interface CallWork {
  readonly tools: LoopTools
  readonly interrupt: Interrupt
  readonly parent: AnswerSpan | undefined
}

/** How often a tool may suspend one call. */
const MAX_SUSPENSIONS = 100
const TOO_OFTEN = `The tool has suspended the call ${MAX_SUSPENSIONS} times already.`

/** A call that its tool has suspended. */
function suspend(
  { toolCallId, toolName, input, providerMetadata }: ReadCall,
  { isApproved, suspensions = 0 }: CallPast,
  suspension: CallSuspension,
): PendingCall {
  if (suspensions >= MAX_SUSPENSIONS) throw new ToolError(TOO_OFTEN)
  return {
    type: 'tool-pending',
    toolCallId,
    toolName,
    input,
    providerMetadata,
    isApproved,
    suspensions: suspensions + 1,
    suspension,
  }
}

/** Makes one call, whether or not somebody has to approve it. Never rejects. */
async function runTool(
  call: ReadCall,
  past: CallPast,
  { tools, interrupt: { signal: abortSignal }, parent }: CallWork,
): Promise<ToolOutcome | PendingCall> {
  const { toolCallId, toolName, input, providerMetadata } = call
  const { resumed } = past
  const span = traceTool(parent, call)
  try {
    const execute = async () =>
      tools.get(toolName)?.execute?.(input, { toolCallId, abortSignal, resumed })
    const answer = await below(span, execute)
    if (answer === undefined) throw new Error(`The tool ${toolName} does not exist.`)
    if ('suspension' in answer) {
      const pending = suspend(call, past, answer.suspension)
      span?.end({ isError: false })
      return pending
    }
    span?.end({ isError: false })
    return {
      type: 'tool-result',
      toolCallId,
      toolName,
      input,
      ...answer,
      providerExecuted: false,
      providerMetadata,
    }
  } catch (error) {
    span?.end({ isError: true })
    return toError(call, error)
  }
}

/** Makes one call, unless somebody has to approve it first. Never rejects. */
async function startTool(
  call: ReadCall,
  past: CallPast,
  work: CallWork,
): Promise<ToolOutcome | PendingCall> {
  const { toolCallId, toolName, input, providerMetadata } = call
  const approval = work.tools.get(toolName)?.approval
  if (approval === undefined || past.isApproved === true) return runTool(call, past, work)
  try {
    if (await approval.isNeeded(input)) {
      return { type: 'tool-pending', toolCallId, toolName, input, providerMetadata, ...past }
    }
  } catch (error) {
    return toError(call, error)
  }
  // The abort may have come while it was found out.
  const { signal } = work.interrupt
  return signal.aborted ? toError(call, signal.reason) : runTool(call, past, work)
}

const TWICE =
  'Another call of this step has the same id, so that nobody could decide on one of them.'

/** Starts the tools that a step calls, unless the model was cut off: it may have said only half of the calls. */
export function startTools(
  { calls, finishReason }: StepRecord,
  { tools, toolChoice }: LoopCall,
  interrupt: Interrupt,
  parent: AnswerSpan | undefined,
): Promise<ToolOutcome | PendingCall>[] {
  const isWhole = finishReason === 'stop' || finishReason === 'tool-calls'
  if (!isWhole || toolChoice === 'none') return []
  const [ids, twice] = [new Set<string>(), new Set<string>()]
  for (const { toolCallId } of calls) (ids.has(toolCallId) ? twice : ids).add(toolCallId)
  return runnableCalls(calls, tools).map(async (call) => {
    const outcome = await startTool(call, {}, { tools, interrupt, parent })
    const isLost = outcome.type === 'tool-pending' && twice.has(call.toolCallId)
    return isLost ? toError(call, new ToolError(TWICE)) : outcome
  })
}

/** Makes a call that somebody has approved, or goes on with one that its tool has suspended. Never rejects. */
export async function resumeTool(
  call: PendingCall,
  resumeData: unknown,
  { tools }: LoopCall,
  interrupt: Interrupt,
  parent: AnswerSpan | undefined,
): Promise<ToolOutcome | PendingCall> {
  const { isApproved, suspensions, suspension } = call
  const work = { tools, interrupt, parent }
  if (suspension === undefined) {
    return runTool(call, { suspensions, isApproved: true, resumed: call.resumed }, work)
  }
  const resumed = { data: resumeData, payload: suspension.payload }
  return startTool(call, { suspensions, isApproved, resumed }, work)
}

/** What runs at the same time, in the order in which it ends. @param work - promises that do not reject */
export function inOrderOfEnds<Value>(work: readonly Promise<Value>[]): Promise<Value>[] {
  const takers: ((value: Value) => void)[] = []
  let count = 0
  const ends = work.map(() => new Promise<Value>((resolve) => takers.push(resolve)))
  for (const each of work) void each.then((value) => takers[count++]?.(value))
  return ends
}
