import { isJsonObject } from '@signet/auth/internal'

// How `@mastra/client-js` sends back what an agent said and what its own tools then came to. It spells
// some parts as no model takes them; here they become the parts that all other clients send.

type Fields = Readonly<Record<string, unknown>>

function isOfType(part: unknown, type: string): part is Fields {
  return isJsonObject(part) && part['type'] === type
}

function toResult({ state, toolCallId, toolName, result, errorText }: Fields): Fields {
  const output =
    state === 'output-error'
      ? { type: 'error-text', value: errorText }
      : { type: 'json', value: result ?? null }
  return { type: 'tool-result', toolCallId, toolName, output }
}

/** A tool's answer says `result` where models read `output`; a tool that returned nothing has neither. */
function readToolPart(part: unknown): unknown {
  return isOfType(part, 'tool-result') && !Object.hasOwn(part, 'output') ? toResult(part) : part
}

function readInvocation(part: Fields): Fields {
  const { toolInvocation } = part
  return isJsonObject(toolInvocation) ? toolInvocation : {}
}

/** What a client gathered from a stream: its calls, and their results where the server ran the tool. */
function readInvocations(parts: readonly unknown[]): Fields[] {
  const said = parts.flatMap((part): Fields[] => {
    if (isOfType(part, 'text')) return [{ type: 'text', text: part['text'] }]
    if (!isOfType(part, 'tool-invocation')) return []
    const { toolCallId, toolName, args } = readInvocation(part)
    return [{ type: 'tool-call', toolCallId, toolName, input: args }]
  })
  const results = parts
    .filter((part) => isOfType(part, 'tool-invocation'))
    .map(readInvocation)
    .filter(({ state }) => state === 'result' || state === 'output-error')
    .map(toResult)
  const answer = { role: 'assistant', content: said }
  return results.length === 0 ? [answer] : [answer, { role: 'tool', content: results }]
}

/** A message as the routes of memory give it, with its parts within a content of format 2, as a chat has it; any other as it is. */
export function readStoredForm(message: unknown): unknown {
  if (!isJsonObject(message) || !isJsonObject(message['content'])) return message
  const { id, role, content } = message
  const { format, parts } = content
  if (format !== 2 || !Array.isArray(parts)) return message
  const isStreamed = parts.some((part) => isOfType(part, 'tool-invocation'))
  return isStreamed ? { id, role, content: '', parts } : { id, role, parts }
}

/** The message as models take it, in one or two; any other message as it is. */
export function readClientMessage(message: unknown): readonly unknown[] {
  if (!isJsonObject(message)) return [message]
  const { role, content, parts } = message
  if (role === 'tool' && Array.isArray(content)) {
    return [{ ...message, content: content.map(readToolPart) }]
  }
  const isStreamed = Array.isArray(parts) && parts.some((part) => isOfType(part, 'tool-invocation'))
  return role === 'assistant' && isStreamed ? readInvocations(parts) : [message]
}
