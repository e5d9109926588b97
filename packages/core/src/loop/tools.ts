import { getErrorMessage } from '@ai-sdk/provider'
import { ToolError } from '../error.js'
import type { AnswerSpan } from '../model/telemetry.js'
import type { LoopCall, LoopTools } from './call.js'
import type { PendingCall, ToolCallContent, ToolErrorContent, ToolOutcome } from './content.js'
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

/** Makes one call, whether or not somebody has to approve it. Never rejects. */
export async function runTool(
  call: ReadCall,
  tools: LoopTools,
  { signal: abortSignal }: Interrupt,
  parent: AnswerSpan | undefined,
): Promise<ToolOutcome> {
  const { toolCallId, toolName, input, providerMetadata } = call
  const span = traceTool(parent, call)
  try {
    const execute = async () => tools.get(toolName)?.execute?.(input, { toolCallId, abortSignal })
    const answer = await below(span, execute)
    if (answer === undefined) throw new Error(`The tool ${toolName} does not exist.`)
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

const TWICE = 'Another call of this step has the same id, so that nobody could approve one of them.'

/** Makes one call of a step, unless somebody has to approve it. Never rejects. */
async function startTool(
  call: ToolCallContent,
  isTwice: boolean,
  tools: LoopTools,
  interrupt: Interrupt,
  span: AnswerSpan | undefined,
): Promise<ToolOutcome | PendingCall> {
  const { toolCallId, toolName, input, providerMetadata } = call
  const approval = tools.get(toolName)?.approval
  try {
    if (approval !== undefined && (await approval.isNeeded(input))) {
      if (isTwice) return toError(call, new ToolError(TWICE))
      return { type: 'tool-pending', toolCallId, toolName, input, providerMetadata }
    }
  } catch (error) {
    return toError(call, error)
  }
  // The abort may have come while it was found out.
  if (approval !== undefined && interrupt.signal.aborted) {
    return toError(call, interrupt.signal.reason)
  }
  return runTool(call, tools, interrupt, span)
}

/** Starts the tools that a step calls, unless the model was cut off: it may have said only half of the calls. */
export function startTools(
  { calls, finishReason }: StepRecord,
  { tools, toolChoice }: LoopCall,
  interrupt: Interrupt,
  span: AnswerSpan | undefined,
): Promise<ToolOutcome | PendingCall>[] {
  const isWhole = finishReason === 'stop' || finishReason === 'tool-calls'
  if (!isWhole || toolChoice === 'none') return []
  const runnable = runnableCalls(calls, tools)
  const [ids, twice] = [new Set<string>(), new Set<string>()]
  for (const { toolCallId } of calls) (ids.has(toolCallId) ? twice : ids).add(toolCallId)
  return runnable.map((call) =>
    tools.get(call.toolName)?.approval === undefined
      ? runTool(call, tools, interrupt, span)
      : startTool(call, twice.has(call.toolCallId), tools, interrupt, span),
  )
}

/** What runs at the same time, in the order in which it ends. @param work - promises that do not reject */
export function inOrderOfEnds<Value>(work: readonly Promise<Value>[]): Promise<Value>[] {
  const takers: ((value: Value) => void)[] = []
  let count = 0
  const ends = work.map(() => new Promise<Value>((resolve) => takers.push(resolve)))
  for (const each of work) void each.then((value) => takers[count++]?.(value))
  return ends
}
