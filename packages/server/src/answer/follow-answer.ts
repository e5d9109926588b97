import { totalUsage, type AgentChunk, type Usage } from '@signet/core'
import type { HandlerContext } from '../route/route.js'

/**
 * Writes down what a streamed answer comes to, chunk by chunk: whether it failed, and the tokens of each step
 * that ends. So they are known also of an answer that is broken off.
 */
export function followAnswer(
  input: Pick<HandlerContext, 'noteUsage' | 'noteFailure'>,
): (chunk: AgentChunk) => void {
  const usages: Usage[] = []
  return (chunk) => {
    if (chunk.type === 'error') {
      const isUnstored = chunk.payload.error.code === 'answer_unstored'
      input.noteFailure(isUnstored ? 'answer_unstored' : 'answer_failed')
    }
    if (chunk.type !== 'step-finish') return
    usages.push(chunk.payload.output.usage)
    input.noteUsage(totalUsage(usages))
  }
}
