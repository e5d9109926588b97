import { setImmediate as pause } from 'node:timers/promises'
import { containsCredential, isJsonObject, isObject } from '@signet/auth/internal'
import type { ModelMessage, UIMessage } from 'ai'
import type { z } from 'zod'
import { BOUNDS } from '../bounds.js'
import { InputError, type InputIssue } from '../error.js'
import { zodIssues } from '../issue.js'
import { isThreadId } from './thread-id.js'
import { readClientMessage, readStoredForm } from './client-message.js'
import { findForeign, findLost } from './foreign-message.js'

/**
 * What an agent can be asked: a text, several texts, or messages with a role, either as a model sees
 * them (`content`) or as a chat shows them (`parts`).
 */
export type MessageInput = string | readonly (string | object)[] | object

/** A message of a question, as a model takes it. */
export interface AskedMessage {
  readonly message: ModelMessage
  /** What its client calls it; undefined where it has no name for it. A chat message may be several of these. */
  readonly id: string | undefined
}

/** The messages of a question alone. */
export function toModelMessages(asked: readonly AskedMessage[]): ModelMessage[] {
  return asked.map(({ message }) => message)
}

const HINT = 'Give a text, or a list of messages such as { "role": "user", "content": "…" }.'

function refuse(issues: readonly InputIssue[]): never {
  throw new InputError('The messages cannot be used.', issues)
}

function asList(input: unknown, name: string): readonly unknown[] {
  const list = Array.isArray(input) ? input : [input]
  if (input === undefined || input === null || list.length === 0) {
    refuse([{ field: name, message: `The list of messages is empty. ${HINT}` }])
  }
  return list
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

function countParts(message: unknown): number {
  if (!isObject(message)) return 0
  const content: unknown = Reflect.get(message, 'content')
  const within = isObject(content) ? Reflect.get(content, 'parts') : 0
  return lengthOf(content) + lengthOf(within) + lengthOf(Reflect.get(message, 'parts'))
}

/** How many messages and parts are read before the event loop runs other work. */
const READ_AT_ONCE = 500

/** Looks at how many messages and parts there are, before the first of them is read. */
function checkCounts(list: readonly unknown[], name: string): void {
  const { messages, partsPerMessage, parts } = BOUNDS
  if (list.length > messages.limit) {
    refuse([{ field: name, message: `There are more than ${messages.limit} messages.` }])
  }
  const counts = list.map(countParts)
  const long = counts.findIndex((count) => count > partsPerMessage.limit)
  if (long !== -1) {
    const message = `The message has more than ${partsPerMessage.limit} parts.`
    refuse([{ field: `${name}.${long}`, message }])
  }
  if (counts.reduce((sum, count) => sum + count, 0) > parts.limit) {
    const message = `The messages have more than ${parts.limit} parts in all.`
    refuse([{ field: name, message }])
  }
}

function isUiMessage(message: unknown): message is UIMessage {
  return (
    isObject(message) &&
    Array.isArray(Reflect.get(message, 'parts')) &&
    !Object.hasOwn(message, 'content')
  )
}

/** Refuses what cannot be read; of a message that another framework sends, with what to send here. */
function refuseUnread(message: unknown, field: string, issues: readonly InputIssue[]): never {
  const foreign = findForeign(message, field)
  return refuse(foreign === undefined ? issues : [foreign])
}

async function readUiMessage(message: UIMessage, field: string): Promise<ModelMessage[]> {
  const { convertToModelMessages, safeValidateUIMessages } = await import('ai')
  const validated = await safeValidateUIMessages({ messages: [{ ...message, id: 'message' }] })
  if (!validated.success) {
    const issue = {
      field,
      message: `The message does not have the form of a chat message. ${HINT}`,
    }
    return refuseUnread(message, field, [issue])
  }
  return convertToModelMessages(validated.data)
}

/** Nobody approves tool calls here; the SDK would run what a message claims to have been approved. */
function refuseApprovals(message: ModelMessage, field: string): void {
  if (typeof message.content === 'string') return
  if (!message.content.some(({ type }) => type.startsWith('tool-approval'))) return
  refuse([{ field, message: 'A message cannot approve tool calls.' }])
}

/** A user who says nothing asks nothing; what the other roles leave empty may stand between. */
function refuseEmpty({ role, content }: ModelMessage, field: string): void {
  const isEmpty =
    typeof content === 'string'
      ? content.trim() === ''
      : content.every((part) => part.type === 'text' && part.text.trim() === '')
  if (role !== 'user' || !isEmpty) return
  refuse([{ field: `${field}.content`, message: 'The message is empty.' }])
}

/**
 * A message of text alone, the one that nearly all are, as the SDK's schemas would read it.
 * @returns undefined for any other
 */
function readText(message: unknown): ModelMessage | undefined {
  if (!isJsonObject(message)) return undefined
  const role: unknown = Reflect.get(message, 'role')
  const content: unknown = Reflect.get(message, 'content')
  const isKnown = role === 'user' || role === 'assistant' || role === 'system'
  const isPlain = isKnown && typeof content === 'string' && !('providerOptions' in message)
  return isPlain ? { role, content } : undefined
}

async function readModelMessage(message: unknown, field: string): Promise<ModelMessage> {
  const text = readText(message)
  if (text !== undefined) return text
  const ai = await import('ai')
  const schemas = new Map<unknown, z.ZodType<ModelMessage>>([
    ['system', ai.systemModelMessageSchema],
    ['user', ai.userModelMessageSchema],
    ['assistant', ai.assistantModelMessageSchema],
    ['tool', ai.toolModelMessageSchema],
  ])
  const role: unknown = isObject(message) ? Reflect.get(message, 'role') : undefined
  const schema = schemas.get(role)
  if (schema === undefined) {
    const issue = { field, message: `The role of the message is not known. ${HINT}` }
    return refuseUnread(message, field, [issue])
  }
  const parsed = schema.safeParse(message)
  return parsed.success
    ? parsed.data
    : refuseUnread(message, field, zodIssues(parsed.error, [field]))
}

async function readMessage(message: unknown, field: string): Promise<ModelMessage[]> {
  if (typeof message === 'string') {
    if (message.trim() === '') refuse([{ field, message: 'The text is empty.' }])
    return [{ role: 'user', content: message }]
  }
  const lost = findLost(message, field)
  if (lost !== undefined) refuse([lost])
  const read = isUiMessage(message)
    ? await readUiMessage(message, field)
    : await Promise.all(readClientMessage(message).map((each) => readModelMessage(each, field)))
  for (const each of read) {
    refuseApprovals(each, field)
    refuseEmpty(each, field)
  }
  return read
}

/**
 * What a client calls its message. Left out, null or empty, it has no name for it, as chats have it of an answer that has
 * just begun.
 */
function readId(message: unknown, field: string, taken: Set<string>): string | undefined {
  const id: unknown = isObject(message) ? Reflect.get(message, 'id') : undefined
  if (id === undefined || id === null || id === '') return undefined
  if (typeof id !== 'string' || !isThreadId(id) || containsCredential(id)) {
    const rule = 'The id of a message must be a text of 1 to 255 characters without NUL'
    return refuseUnread(typeof id === 'string' ? undefined : message, field, [
      { field: `${field}.id`, message: `${rule}. It must not be a credential, . or ..` },
    ])
  }
  if (taken.has(id)) {
    return refuse([{ field: `${field}.id`, message: 'An earlier message has this id.' }])
  }
  taken.add(id)
  return id
}

/**
 * Reads messages in any of their forms into the one that models take, each with what its client calls it.
 * @param input - as a caller sent it, so anything
 * @param name - what the caller knows them by
 * @throws {InputError} with an issue per fault, `messages.0.content` and the like
 */
export async function readQuestion(input: unknown, name = 'messages'): Promise<AskedMessage[]> {
  const isList = Array.isArray(input)
  const list = asList(input, name)
  checkCounts(list, name)
  const read: AskedMessage[] = []
  const ids = new Set<string>()
  let sincePause = 0
  // One after the other: behind the first that cannot be used, none is looked at.
  for (const [index, given] of list.entries()) {
    const message = readStoredForm(given)
    sincePause += 1 + countParts(message)
    if (sincePause > READ_AT_ONCE) {
      sincePause = 0
      await pause()
    }
    const field = isList ? `${name}.${index}` : name
    const id = readId(message, field, ids)
    for (const each of await readMessage(message, field)) read.push({ message: each, id })
  }
  if (read.length === 0) refuse([{ field: name, message: 'The messages are empty.' }])
  return read
}

/**
 * Reads messages as `readQuestion` does, without their ids.
 * @throws {InputError}
 */
export async function readMessages(input: unknown, name?: string): Promise<ModelMessage[]> {
  return toModelMessages(await readQuestion(input, name))
}
