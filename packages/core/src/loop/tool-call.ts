import { isObject, ownMember } from '@signet/auth/internal'
import { JSONParseError, type LanguageModelV4ToolCall } from '@ai-sdk/provider'
import type { ToolCallContent } from './content.js'
import type { LoopTools } from './call.js'

/** Texts that may hold one of the names below, also spelled with escapes. */
const SUSPECT = /__proto__|constructor|\\u/u

/** Whether a value has a member by which a careless copy of it would change prototypes. */
function holdsPrototype(value: unknown): boolean {
  if (!isObject(value)) return false
  if (Object.hasOwn(value, '__proto__')) return true
  const made = ownMember(value, 'constructor')
  if (isObject(made) && Object.hasOwn(made, 'prototype')) return true
  return Object.values(value).some(holdsPrototype)
}

/** Many models say nothing, or null, where a tool takes no input. */
function parseInput(text: string): unknown {
  if (text.trim() === '') return {}
  const input: unknown = JSON.parse(text) ?? {}
  if (SUSPECT.test(text) && holdsPrototype(input)) {
    throw new SyntaxError('Object contains forbidden prototype property')
  }
  return input
}

/** How many tools a model is told of where it called one that is not there. */
const MAX_TOLD_TOOLS = 100

function missing(name: string, tools: LoopTools): string {
  const names = [...tools.keys()].slice(0, MAX_TOLD_TOOLS)
  const rest = tools.size > names.length ? ` and ${tools.size - names.length} more` : ''
  const there =
    tools.size === 0 ? 'No tools are available.' : `Available tools: ${names.join(', ')}${rest}.`
  return `Model tried to call unavailable tool '${name}'. ${there}`
}

/** Reads a tool call of a model. One that cannot be made has a `fault`, which the model is told. */
export function readToolCall(call: LanguageModelV4ToolCall, tools: LoopTools): ToolCallContent {
  const { toolCallId, toolName, input: text, providerExecuted, providerMetadata } = call
  let input: unknown = text
  let fault: string | undefined
  try {
    input = parseInput(text)
    const { readInput } = tools.get(toolName) ?? {}
    if (readInput !== undefined && providerExecuted !== true) input = readInput(input)
  } catch (cause) {
    fault = `Invalid input for tool ${toolName}: ${new JSONParseError({ text, cause }).message}`
  }
  if (!providerExecuted && !tools.has(toolName)) fault = missing(toolName, tools)
  return {
    type: 'tool-call',
    toolCallId,
    toolName,
    input,
    fault,
    providerExecuted,
    providerMetadata,
  }
}
