import { ScopeError, type Principal } from '@signet/auth'
import { isLegalId, isObject } from '@signet/auth/internal'
import { BOUNDS, type AgentOptions, type MessageInput, type ProviderOptions } from '@signet/core'
import { z } from 'zod'
import { boundedJson, boundedObject, boundedRecord } from '../../route/bounded.js'
import { clientContext } from './client-context.js'
import { ignoredOwner, metadataObject, titleText } from '../memory/schema.js'
import { idText, runIdText } from '../schema.js'

/** What a client asks of an agent: the body of `generate` and `stream`. */
export interface AnswerRequest extends Omit<AgentOptions, 'context' | 'requestContext'> {
  /** Read by the agent, which knows all their forms and says what is wrong with them. */
  readonly messages?: unknown
  readonly context?: unknown
  readonly model?: string | undefined
  /** The client's word, which reaches tools as `requestContext.client`. */
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

const toolName = z
  .string()
  .max(BOUNDS.toolNameCharacters.limit, { abort: true })
  .refine(isLegalId, 'The name of a tool must have 1 to 128 characters of A-Z a-z 0-9 _ . -')

const jsonSchema = boundedObject({
  values: BOUNDS.schemaValues,
  depth: BOUNDS.schemaDepth,
  characters: BOUNDS.schemaCharacters,
})

/** Whatever a body holds is JSON. */
const jsonValue = z.custom<ProviderOptions[string][string]>()

const most = { maxProperties: BOUNDS.providerOptionValues.limit }
const ofProvider = z.record(z.string(), jsonValue).meta(most)

const providerOptions = boundedJson(z.record(z.string(), ofProvider).meta(most), {
  values: BOUNDS.providerOptionValues,
  depth: BOUNDS.providerOptionDepth,
  characters: BOUNDS.providerOptionCharacters,
})

const instructionText = z.string().max(BOUNDS.instructionCharacters.limit)

const modelSettings = z.object({
  maxOutputTokens: z.int().positive().optional(),
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  stopSequences: z
    .array(z.string().max(BOUNDS.stopSequenceCharacters.limit))
    .max(BOUNDS.stopSequences.limit)
    .optional(),
  seed: z.int().optional(),
  maxRetries: z.int().min(0).max(5).optional(),
})

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('tool'), toolName: z.string().max(BOUNDS.toolNameCharacters.limit) }),
])

const clientTool = z.object({
  description: z.string().max(BOUNDS.toolDescriptionCharacters.limit).optional(),
  inputSchema: jsonSchema.optional(),
})

/** A thread without metadata has null in an answer, and may be sent as it came. */
const threadMetadata = metadataObject.nullable().transform((metadata) => metadata ?? undefined)

/**
 * The thread to remember and store in. Who owns it says the token, whatever `resource` says. That nothing is
 * to be stored may stand at two places.
 */
const memory = z
  .object({
    thread: z.union([
      idText,
      z.object({ id: idText, title: titleText.optional(), metadata: threadMetadata.optional() }),
    ]),
    resource: ignoredOwner,
    readOnly: z.boolean().optional(),
    options: z
      .object({
        lastMessages: z
          .union([z.literal(false), z.int().min(0).max(BOUNDS.lastMessages.limit)])
          .optional(),
        readOnly: z.boolean().optional(),
      })
      .optional(),
  })
  .transform(({ thread, readOnly, options }) => ({
    thread,
    options: readOnly === true ? { ...options, readOnly } : options,
  }))

/** What the OpenAPI document says of messages: the forms that most callers send. */
const MESSAGES = {
  description: 'A text, or messages with a role.',
  anyOf: [
    { type: 'string' },
    {
      type: 'array',
      items: {
        anyOf: [
          { type: 'string' },
          {
            type: 'object',
            properties: {
              role: { enum: ['user', 'assistant', 'system', 'tool'] },
              content: {
                anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
              },
            },
            required: ['role', 'content'],
          },
        ],
      },
    },
  ],
}

/** A list of more messages than an agent takes is not even looked through for system messages. */
const messages = z
  .unknown()
  .refine(
    (value) => !Array.isArray(value) || value.length <= BOUNDS.messages.limit,
    `There are more than ${BOUNDS.messages.limit} messages.`,
  )
  .meta(MESSAGES)

/** Checks the body of `generate` and `stream`. What other names it may have says `ANSWER_OPTIONS`. */
export const answerRequest: z.ZodType<AnswerRequest> = z.object({
  messages,
  context: messages.optional(),
  instructions: instructionText.optional(),
  system: instructionText.optional(),
  model: z.string().max(BOUNDS.modelCharacters.limit).optional(),
  providerOptions: providerOptions.optional(),
  memory: memory.optional(),
  maxSteps: z.int().positive().optional(),
  modelSettings: modelSettings.optional(),
  toolChoice: toolChoice.optional(),
  activeTools: z
    .array(z.string().max(BOUNDS.toolNameCharacters.limit))
    .max(BOUNDS.activeTools.limit)
    .optional(),
  clientTools: boundedRecord(toolName, clientTool, BOUNDS.clientTools).optional(),
  structuredOutput: z.object({ schema: jsonSchema }).optional(),
  requireToolApproval: z.boolean().optional(),
  onDisconnect: z.enum(['stop', 'continue']).optional(),
  requestContext: clientContext.optional(),
  runId: runIdText.optional(),
})

/** Options that change what an agent is, and not only what it is asked. */
const RESTRICTED = ['instructions', 'system', 'model', 'providerOptions'] as const

function isSystemMessage(message: unknown): boolean {
  return isObject(message) && Reflect.get(message, 'role') === 'system'
}

function hasSystemMessage(messages: unknown): boolean {
  return [messages].flat().some(isSystemMessage)
}

/**
 * Refuses a request that changes the agent's instructions, model or options of its provider, unless
 * the caller may change the agent.
 * @throws {ScopeError} `agents:write:<id>`
 */
export function requireWriteForOverrides(
  body: AnswerRequest,
  agentId: string,
  principal: Principal,
): void {
  const isOverride =
    RESTRICTED.some((name) => body[name] !== undefined) ||
    hasSystemMessage(body.messages) ||
    hasSystemMessage(body.context)
  if (isOverride && !principal.permissions.allows(`agents:write:${agentId}`)) {
    throw new ScopeError(`agents:write:${agentId}`, principal.ignoredGrants)
  }
}

/** The options of the agent that the body asks for. */
export function toAgentOptions(body: AnswerRequest): AgentOptions {
  const { messages: _messages, requestContext: _client, context, ...options } = body
  return { ...options, ...(context !== undefined && { context: context as MessageInput }) }
}
