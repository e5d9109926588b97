import type { LoopCall } from './call.js'
import type { StepRecord } from './record.js'

/**
 * What is wrong with the calls of a step where the caller has said which tool is to be called, or that none is.
 * @returns undefined where nothing is
 */
export function toolChoiceFault(
  { toolChoice = 'auto' }: LoopCall,
  { calls, finishReason }: StepRecord,
): Error | undefined {
  if (toolChoice === 'auto') return undefined
  if (toolChoice === 'none') {
    return calls.length > 0
      ? new Error('The model called a tool, although toolChoice is none.')
      : undefined
  }
  if (finishReason === 'interrupted') return undefined
  const isCalled = calls.some(
    ({ toolName }) => toolChoice === 'required' || toolName === toolChoice.toolName,
  )
  return isCalled
    ? undefined
    : new Error('The model did not call the tool that toolChoice requires.')
}
