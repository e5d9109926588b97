import { keepProviderState } from '../memory/provider-state.js'
import {
  outcomesOf,
  textOf,
  UNANSWERED_CALL,
  type ContentPart,
  type Outcomes,
  type StoredMessage,
  type StoredPart,
  type ToolInvocation,
} from '../memory/stored-message.js'
import type { OutputStep, RunFacts, StructuredObject } from './answer.js'

/** A part of what a model said; undefined for what is not kept, such as a file. */
function storeSaid(
  part: ContentPart,
  createdAt: number,
  outcomes: Outcomes,
): StoredPart | undefined {
  switch (part.type) {
    case 'text':
      return {
        type: 'text',
        text: part.text,
        createdAt,
        ...keepProviderState(part.providerOptions),
      }
    case 'reasoning': {
      const { text, providerOptions } = part
      if (text === '' && providerOptions === undefined) return undefined
      const details = [{ type: 'text', text } as const]
      const state = keepProviderState(providerOptions)
      return { type: 'reasoning', reasoning: text, details, createdAt, ...state }
    }
    case 'tool-call': {
      const { toolCallId, toolName, input: args, providerExecuted, providerOptions } = part
      const toolInvocation: ToolInvocation = {
        ...(outcomes.get(toolCallId) ?? UNANSWERED_CALL),
        toolCallId,
        toolName,
        args,
        ...(providerExecuted === true && { providerExecuted }),
      }
      const state = keepProviderState(providerOptions)
      return { type: 'tool-invocation', createdAt, toolInvocation, ...state }
    }
    default:
      return undefined
  }
}

/** What a step said, thought and called, in the order in which it came. */
function storeStep(step: OutputStep, index: number, facts: RunFacts): StoredPart[] {
  const createdAt = facts.stepEnds[index] ?? facts.startedAt
  const model = `${facts.model.modelProvider}/${facts.model.modelId}`
  const outcomes = outcomesOf(
    step.content,
    step.toolResults.map(({ payload }) => [payload.toolCallId, payload.result] as const),
  )
  const parts: StoredPart[] = index === 0 ? [] : [{ type: 'step-start', createdAt, model }]
  for (const part of step.content) {
    const stored = storeSaid(part, createdAt, outcomes)
    if (stored !== undefined) parts.push(stored)
  }
  return parts
}

/**
 * The answer, all its steps in one message, as memory keeps it.
 * @param structured - the object, where one was asked for: what the model wrote of it is JSON and can be kept
 */
export function storeAnswer(
  steps: readonly OutputStep[],
  facts: RunFacts,
  structured?: StructuredObject,
): StoredMessage {
  const parts = steps.flatMap((step, index) => storeStep(step, index, facts))
  const { modelId, modelProvider } = facts.model
  return {
    id: facts.messageId,
    role: 'assistant',
    createdAt: new Date(facts.stepEnds.at(-1) ?? facts.startedAt),
    ...facts.thread,
    content: {
      format: 2,
      parts,
      content: textOf(parts),
      metadata: {
        modelId,
        provider: modelProvider,
        ...(structured && { structuredOutput: structured.json }),
      },
    },
  }
}
