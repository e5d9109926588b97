import { totalUsage, type AgentChunk, type Usage } from '@signet/core'
import type { HandlerContext } from '../route/route.js'

/**
 * Writes down what a streamed answer comes to, chunk by chunk: whether it failed, and the tokens of each step
 * that ends. So they are known also of an answer that is broken off.
 * @param earlier - how many of the steps that end were counted by an earlier request. Default: none
 */
export function followAnswer(
  input: Pick<HandlerContext, 'noteUsage' | 'noteFailure'>,
  earlier = 0,
): (chunk: AgentChunk) => void {
  const usages: Usage[] = []
  let left = earlier
  return (chunk) => {
    if (chunk.type === 'error') {
      const isUnstored = chunk.payload.error.code === 'answer_unstored'
      input.noteFailure(isUnstored ? 'answer_unstored' : 'answer_failed')
    }
    if (chunk.type !== 'step-finish') return
    if (left > 0) {
      left--
      return
    }
    usages.push(chunk.payload.output.usage)
    input.noteUsage(totalUsage(usages))
  }
}
