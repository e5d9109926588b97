import { randomUUID } from 'node:crypto'
import type { generateText, LanguageModel, ToolSet } from 'ai'
import type { z } from 'zod'
import { InputError } from '../error.js'
import type { Logger } from '../logger.js'
import type { RequestContext } from '../request-context.js'
import { toJsonSchema, type JsonSchema } from '../tool/create-tool.js'
import { dropProviderOptions, dropUnansweredCalls } from './history.js'
import { readMessages, type MessageInput } from './messages.js'
import { offerTools, type AgentTools } from './offered-tools.js'
import type { AgentOptions } from './options.js'
import type { OutputStep, RunFacts } from './output.js'

/** Options of one answer with the agent's own filled in. */
export interface RunOptions extends Omit<AgentOptions, 'model'> {
  readonly agentId: string
  readonly tools: AgentTools
  readonly model: Exclude<LanguageModel, string>
  readonly instructions: string
  readonly maxSteps: number
  readonly requestContext: RequestContext
  readonly logger: Logger
}

type StructuredSchema = z.ZodType | JsonSchema

/** One answer, ready to be asked of the model. */
export interface Run {
  readonly facts: RunFacts
  readonly call: Parameters<typeof generateText<ToolSet>>[0]
  readonly maxSteps: number
  /** The shape of a structured output, where one is asked for. */
  readonly schema: StructuredSchema | undefined
}

/** A URL in a message is passed on to a model that takes URLs; this server itself fetches none of them. */
async function refuseDownloads(
  files: readonly { readonly url: URL; readonly isUrlSupportedByModel: boolean }[],
): Promise<null[]> {
  return files.map(({ isUrlSupportedByModel }) => {
    if (isUrlSupportedByModel) return null
    throw new InputError('The messages cannot be used.', [
      { field: 'messages', message: 'This model takes no file by URL; send its bytes.' },
    ])
  })
}

function checkMaxSteps(maxSteps: number): void {
  if (Number.isSafeInteger(maxSteps) && maxSteps >= 1) return
  throw new InputError('The options cannot be used.', [
    { field: 'maxSteps', message: 'It is not a whole number from 1.' },
  ])
}

function checkActiveTools(activeTools: readonly string[] | undefined, tools: ToolSet): void {
  const unknown = activeTools?.find((name) => !Object.hasOwn(tools, name))
  if (unknown === undefined) return
  throw new InputError('The options cannot be used.', [
    { field: 'activeTools', message: 'It names a tool that is not there for this caller.' },
  ])
}

function checkToolChoice(toolChoice: AgentOptions['toolChoice'], tools: ToolSet): void {
  if (typeof toolChoice !== 'object' || Object.hasOwn(tools, toolChoice.toolName)) return
  throw new InputError('The options cannot be used.', [
    { field: 'toolChoice', message: 'It names a tool that is not there for this caller.' },
  ])
}

/** Also true for a schema of another installed copy of zod; JSON cannot hold a function. */
function isZodSchema(schema: StructuredSchema): schema is z.ZodType {
  return typeof Reflect.get(schema, 'parseAsync') === 'function'
}

async function structuredOutput(schema: StructuredSchema): Promise<Pick<Run['call'], 'output'>> {
  const { jsonSchema, Output } = await import('ai')
  const json = isZodSchema(schema) ? toJsonSchema(schema, 'input') : schema
  const { responseFormat } = Output.object({ schema: jsonSchema(json) })
  // Text, because the SDK would parse all that was said so far for each piece of a streamed object.
  return { output: { ...Output.text(), responseFormat } }
}

/**
 * Reads the object that a model was asked for. There is none while tools have yet to answer.
 * @throws when the text is no JSON or does not fit a zod schema
 */
export async function readObject(
  schema: StructuredSchema | undefined,
  last: OutputStep | undefined,
): Promise<{ readonly object: unknown } | undefined> {
  if (schema === undefined || last === undefined || last.toolCalls.length > 0) return undefined
  const object: unknown = JSON.parse(last.text)
  return { object: isZodSchema(schema) ? await schema.parseAsync(object) : object }
}

/** Whether the caller may change the agent. Without a caller the application itself asks, and it may. */
function mayWrite(agentId: string, { principal }: RequestContext): boolean {
  return principal === undefined || principal.permissions.allows(`agents:write:${agentId}`)
}

function joinInstructions({ instructions, system }: RunOptions): string {
  return system === undefined ? instructions : `${instructions}\n\n${system}`
}

/**
 * Prepares one answer: reads the messages, offers the tools that the caller may execute, and makes
 * the call of the model out of them.
 *
 * @throws {InputError} for messages or options that cannot be used
 */
export async function prepareRun(messages: MessageInput, options: RunOptions): Promise<Run> {
  const { isStepCount } = await import('ai')
  const { agentId, requestContext, logger, model, structuredOutput: structured } = options
  checkMaxSteps(options.maxSteps)
  const question = await readMessages(messages)
  const context =
    options.context === undefined ? [] : await readMessages(options.context, 'context')
  if (!mayWrite(agentId, requestContext)) dropProviderOptions([...context, ...question])
  const asked = dropUnansweredCalls([...context, ...question])
  if (asked.length === 0) {
    throw new InputError('The messages cannot be used.', [
      { field: 'messages', message: 'They hold nothing but tool calls that nobody answered.' },
    ])
  }
  const offer = { agentId, requestContext, logger }
  const tools = await offerTools(options.tools, options.clientTools ?? {}, offer)
  checkActiveTools(options.activeTools, tools)
  checkToolChoice(options.toolChoice, tools)
  return {
    maxSteps: options.maxSteps,
    schema: structured?.schema,
    facts: {
      runId: options.runId ?? randomUUID(),
      messageId: randomUUID(),
      startedAt: Date.now(),
      question,
      model: {
        modelId: model.modelId,
        modelVersion: model.specificationVersion,
        modelProvider: model.provider,
      },
    },
    call: {
      ...options.modelSettings,
      ...(structured && (await structuredOutput(structured.schema))),
      model,
      instructions: joinInstructions(options),
      messages: asked,
      allowSystemInMessages: true,
      tools,
      toolChoice: options.toolChoice,
      activeTools: options.activeTools && [...options.activeTools],
      stopWhen: isStepCount(options.maxSteps),
      providerOptions: options.providerOptions,
      abortSignal: options.abortSignal,
      experimental_download: refuseDownloads,
    },
  }
}
