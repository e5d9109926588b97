import { isJsonObject, nearestName } from '@signet/auth/internal'
import type { InputIssue } from '../error.js'

type Fields = Readonly<Record<string, unknown>>

/** What another framework sends, and what to send here. */
interface Foreign {
  readonly of: string
  readonly send: string
}

const MESSAGE = 'Send { "role": "user", "content": "…" }.'
const TEXT = 'Send { "type": "text", "text": "…" }.'
const IMAGE = 'Send { "type": "image", "image": "<URL or base64>", "mediaType": "image/png" }.'
const FILE = 'Send { "type": "file", "data": "<URL or base64>", "mediaType": "application/pdf" }.'
const CALL =
  'Send { "type": "tool-call", "toolCallId": "…", "toolName": "…", "input": {} } in the content of role assistant.'
const RESULT =
  'Send { "role": "tool", "content": [{ "type": "tool-result", "toolCallId": "…", "toolName": "…", "output": { "type": "json", "value": {} } }] }.'
const REASONING = 'Send { "type": "reasoning", "text": "…" }, or leave it out.'
const INSTRUCTIONS =
  'Send { "role": "system", "content": "…" }, which needs a token with agents:write, or leave it out.'

const RESPONSES = 'OpenAI’s Responses API'
const COMPLETIONS = 'OpenAI’s chat completions'
const ANTHROPIC = 'Anthropic’s Messages API'
const GEMINI = 'Google’s Gemini API'
const LANGCHAIN = 'LangChain'
const OLD_AI_SDK = 'an older AI SDK'
const CONVERSE = 'Amazon’s Converse API'
const AG_UI = 'AG-UI'
const A2A = 'the A2A protocol'

/** Parts of a content by their type. */
const PARTS: Readonly<Record<string, Foreign>> = {
  input_text: { of: RESPONSES, send: TEXT },
  output_text: { of: RESPONSES, send: TEXT },
  input_image: { of: RESPONSES, send: IMAGE },
  input_file: { of: RESPONSES, send: FILE },
  image_url: { of: COMPLETIONS, send: IMAGE },
  input_audio: { of: COMPLETIONS, send: FILE },
  refusal: { of: COMPLETIONS, send: TEXT },
  tool_use: { of: ANTHROPIC, send: CALL },
  tool_result: { of: ANTHROPIC, send: RESULT },
  thinking: { of: ANTHROPIC, send: REASONING },
  redacted_thinking: { of: ANTHROPIC, send: REASONING },
  document: { of: ANTHROPIC, send: FILE },
  'tool-invocation': { of: OLD_AI_SDK, send: CALL },
}

/** Members of a part that has no type. */
const PART_MEMBERS: Readonly<Record<string, Foreign>> = {
  text: { of: GEMINI, send: TEXT },
  inlineData: { of: GEMINI, send: FILE },
  inline_data: { of: GEMINI, send: FILE },
  fileData: { of: GEMINI, send: FILE },
  file_data: { of: GEMINI, send: FILE },
  functionCall: { of: GEMINI, send: CALL },
  function_call: { of: GEMINI, send: CALL },
  functionResponse: { of: GEMINI, send: RESULT },
  function_response: { of: GEMINI, send: RESULT },
  toolUse: { of: CONVERSE, send: CALL },
  toolResult: { of: CONVERSE, send: RESULT },
}

/** Parts of A2A, by their kind. */
const KINDS: Readonly<Record<string, Foreign>> = {
  text: { of: A2A, send: TEXT },
  file: { of: A2A, send: FILE },
  data: { of: A2A, send: TEXT },
}

const KNOWN_ROLES = ['user', 'assistant', 'system', 'tool'] as const

const ROLES: Readonly<Record<string, Foreign>> = {
  developer: { of: COMPLETIONS, send: INSTRUCTIONS },
  function: { of: COMPLETIONS, send: RESULT },
  model: { of: GEMINI, send: 'Send the role assistant.' },
  human: { of: LANGCHAIN, send: 'Send the role user.' },
  ai: { of: LANGCHAIN, send: 'Send the role assistant.' },
  bot: { of: 'another framework', send: 'Send the role assistant.' },
  agent: { of: 'another framework', send: 'Send the role assistant.' },
  data: { of: OLD_AI_SDK, send: MESSAGE },
}

/** Items without a role, by their type. */
const ITEMS: Readonly<Record<string, Foreign>> = {
  function_call: { of: RESPONSES, send: CALL },
  function_call_output: { of: RESPONSES, send: RESULT },
  reasoning: { of: RESPONSES, send: REASONING },
  input_text: { of: RESPONSES, send: MESSAGE },
  human: { of: LANGCHAIN, send: MESSAGE },
  ai: { of: LANGCHAIN, send: 'Send { "role": "assistant", "content": "…" }.' },
  system: { of: LANGCHAIN, send: INSTRUCTIONS },
  tool: { of: LANGCHAIN, send: RESULT },
  text: { of: 'a part of a message', send: MESSAGE },
}

/** Members that a message without a role or content may have in their place. */
const MEMBERS: Readonly<Record<string, Foreign>> = {
  kwargs: { of: LANGCHAIN, send: MESSAGE },
  contents: { of: GEMINI, send: MESSAGE },
  messages: { of: 'a whole request', send: 'Send what is in its messages.' },
  message: { of: 'another framework', send: MESSAGE },
  prompt: { of: 'another framework', send: MESSAGE },
  input: { of: 'another framework', send: MESSAGE },
  text: { of: 'another framework', send: MESSAGE },
  value: { of: 'another framework', send: MESSAGE },
  parts: { of: GEMINI, send: MESSAGE },
}

/** Members that hold what a message says, beside a content that would be read without them. */
const LOST: Readonly<Record<string, Foreign>> = {
  tool_calls: { of: COMPLETIONS, send: CALL },
  function_call: { of: COMPLETIONS, send: CALL },
  tool_call_id: { of: COMPLETIONS, send: RESULT },
  toolCalls: { of: AG_UI, send: CALL },
  toolCallId: { of: AG_UI, send: RESULT },
  toolInvocations: { of: OLD_AI_SDK, send: CALL },
  experimental_attachments: { of: OLD_AI_SDK, send: FILE },
}

function lookUp(table: Readonly<Record<string, Foreign>>, name: unknown): Foreign | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined
}

function issue(field: string, { of, send }: Foreign): InputIssue {
  return { field, message: `It has the form of ${of}. ${send}` }
}

function isHeld(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

/**
 * What of a message would be lost, because another framework keeps it beside the content. What the `parts` of a chat
 * message say again is not lost.
 */
export function findLost(message: unknown, field: string): InputIssue | undefined {
  if (!isJsonObject(message)) return undefined
  for (const name in LOST) {
    if (!Object.hasOwn(message, name) || !isHeld(message[name])) continue
    if (name === 'toolInvocations' && Array.isArray(message['parts'])) continue
    const form = LOST[name]
    if (form !== undefined) return issue(`${field}.${name}`, form)
  }
  return undefined
}

function formOfPart(part: Fields, isContent: boolean): Foreign | undefined {
  if (part['type'] !== undefined) return lookUp(PARTS, part['type'])
  const byKind = lookUp(KINDS, part['kind'])
  if (byKind !== undefined) return byKind
  // Gemini has its parts in parts.
  if (isContent && typeof part['text'] === 'string') return { of: CONVERSE, send: TEXT }
  return Object.keys(part)
    .map((name) => lookUp(PART_MEMBERS, name))
    .find((each) => each !== undefined)
}

function findForeignPart(
  parts: readonly unknown[],
  field: string,
  isContent: boolean,
): InputIssue | undefined {
  for (const [index, part] of parts.entries()) {
    if (!isJsonObject(part)) continue
    const place = `${field}.${index}`
    const isAnthropic = part['type'] === 'image' && isJsonObject(part['source'])
    if (isAnthropic) return issue(place, { of: ANTHROPIC, send: IMAGE })
    const form = formOfPart(part, isContent)
    if (form !== undefined) return issue(place, form)
  }
  return undefined
}

/**
 * Of which framework a message seems to be that cannot be read, with the field that tells, and what to send here.
 * @returns undefined where it is like none that is known
 */
export function findForeign(message: unknown, field: string): InputIssue | undefined {
  if (!isJsonObject(message)) return undefined
  const { role, type, content, parts } = message
  const byRole = lookUp(ROLES, role)
  if (byRole !== undefined) return issue(`${field}.role`, byRole)
  if (typeof role === 'string' && !KNOWN_ROLES.some((known) => known === role)) {
    const near = nearestName(role, KNOWN_ROLES)
    if (near !== undefined) {
      return { field: `${field}.role`, message: `The role is not known. Did you mean ${near}?` }
    }
  }
  if (role === undefined) {
    const byType = lookUp(ITEMS, type)
    if (byType !== undefined) return issue(`${field}.type`, byType)
  }
  if (Array.isArray(content)) return findForeignPart(content, `${field}.content`, true)
  if (Array.isArray(parts)) return findForeignPart(parts, `${field}.parts`, false)
  if (content !== undefined) return undefined
  const name = Object.keys(MEMBERS).find((each) => Object.hasOwn(message, each))
  const form = lookUp(MEMBERS, name)
  return name !== undefined && form !== undefined ? issue(`${field}.${name}`, form) : undefined
}
