import type {
  JSONSchema7,
  LanguageModelV3,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamResult,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider'
import { InvalidArgumentError } from '@ai-sdk/provider'
import type { ModelMessage } from 'ai'
import { InputError } from '../error.js'
import type { ModelObject } from '../model/model-object.js'
import { REHEARSAL_PROVIDER } from '../rehearsal/create-rehearsal-model.js'
import { askForObject } from '../model/strict-output.js'
import { toParameters } from '../schema/tool-parameters.js'
import { decidesAlone } from '../model/time-limit.js'
import type { LoopCall, LoopSettings } from './call.js'
import { toPlainPrompt } from './prompt.js'
import { placePictures } from './tool-pictures.js'
import type { ToolNames } from './tool-names.js'

/** What a model answers at once. */
export type GenerateResult = LanguageModelV3GenerateResult | LanguageModelV4GenerateResult

/** What a model answers piece by piece. */
export type StreamResult = LanguageModelV3StreamResult | LanguageModelV4StreamResult

/** A model that was asked something, and can answer it either way, more than once. */
export interface AskedModel {
  generate(): PromiseLike<GenerateResult>
  stream(): PromiseLike<StreamResult>
}

/** Who calls, in the requests of providers. */
const HEADERS = { 'user-agent': 'signet' } as const

/** A URL in a message is passed on to a model that takes URLs; this server itself fetches none of them. */
async function refuseDownloads(
  files: readonly { readonly url: URL; readonly isUrlSupportedByModel: boolean }[],
): Promise<null[]> {
  return files.map(({ isUrlSupportedByModel }) => {
    if (isUrlSupportedByModel) return null
    throw new InputError('The messages cannot be used.', [
      { field: 'messages', message: 'This model does not accept a file by URL. Send its bytes.' },
    ])
  })
}

/** Adapted once per model: the AI SDK warns of an old one each time. */
const adapted = new WeakMap<ModelObject, LanguageModelV4>()

function isCount(value: number | undefined, least: number): boolean {
  return value === undefined || (Number.isInteger(value) && value >= least)
}

/** @throws {InvalidArgumentError} for settings that no model takes */
export function checkSettings({ maxOutputTokens, maxRetries, seed }: LoopSettings): void {
  const checks = [
    ['maxOutputTokens', isCount(maxOutputTokens, 1), 'a whole number of at least 1'],
    ['maxRetries', isCount(maxRetries, 0), 'a whole number of at least 0'],
    ['seed', isCount(seed, -Infinity), 'a whole number'],
  ] as const
  for (const [argument, isGood, what] of checks) {
    if (!isGood)
      throw new InvalidArgumentError({ argument, message: `${argument} must be ${what}.` })
  }
}

type Asked = Omit<LanguageModelV4CallOptions, 'prompt'>

/** How a tool is told to a model: by the tool, for schemas are large, and the same for every answer. */
const told = new WeakMap<LanguageModelV4FunctionTool, LanguageModelV4FunctionTool>()

function tellTool(
  definition: LanguageModelV4FunctionTool,
  { model }: LoopCall,
  names: ToolNames,
): LanguageModelV4FunctionTool {
  // It knows no limits of providers, and what it makes of several forms fits one of them.
  if (model.provider === REHEARSAL_PROVIDER) return definition
  const known = told.get(definition)
  const name = names.toModel(definition.name)
  if (known?.name === name) return known
  const inputSchema: JSONSchema7 = toParameters({ ...definition.inputSchema })
  const made = { ...definition, name, inputSchema }
  told.set(definition, made)
  return made
}

function toOptions(call: LoopCall, abortSignal: AbortSignal, names: ToolNames): Asked {
  const { settings, tools, toolChoice = 'auto', responseSchema, providerOptions } = call
  const { maxRetries: _, ...model } = settings
  return {
    ...model,
    tools:
      tools.size === 0
        ? undefined
        : [...tools.values()].map(({ definition }) => tellTool(definition, call, names)),
    toolChoice:
      typeof toolChoice === 'string'
        ? { type: toolChoice }
        : { ...toolChoice, toolName: names.toModel(toolChoice.toolName) },
    ...(responseSchema === undefined
      ? { providerOptions }
      : askForObject(call.model, responseSchema, providerOptions)),
    abortSignal: decidesAlone(abortSignal),
    headers: HEADERS,
  }
}

function isDirect(model: ModelObject): model is LanguageModelV3 | LanguageModelV4 {
  return model.specificationVersion !== 'v2'
}

/** The model itself, where it takes messages without files as they are. */
function askPlainly(
  call: LoopCall,
  messages: readonly ModelMessage[],
  options: Asked,
  names: ToolNames,
): AskedModel | undefined {
  const { model, instructions } = call
  const prompt = isDirect(model) ? toPlainPrompt(instructions, messages) : undefined
  if (prompt === undefined || !isDirect(model)) return undefined
  names.inPrompt(prompt)
  return {
    generate: () => model.doGenerate({ ...options, prompt }),
    stream: () => model.doStream({ ...options, prompt, includeRawChunks: false }),
  }
}

/** By the AI SDK: messages with files, and models of an old version. */
async function askBySdk(
  call: LoopCall,
  messages: readonly ModelMessage[],
  options: Asked,
  names: ToolNames,
): Promise<AskedModel> {
  const { convertToLanguageModelPrompt, resolveLanguageModel } = await import('ai/internal')
  const model = adapted.get(call.model) ?? resolveLanguageModel(call.model)
  adapted.set(call.model, model)
  const prompt = await convertToLanguageModelPrompt({
    prompt: { instructions: call.instructions, messages: [...messages] },
    supportedUrls: await model.supportedUrls,
    download: refuseDownloads,
    provider: model.provider.split('.')[0],
  })
  names.inPrompt(prompt)
  return {
    generate: () => model.doGenerate({ ...options, prompt }),
    stream: () => model.doStream({ ...options, prompt, includeRawChunks: false }),
  }
}

/**
 * Puts the messages of a step to the model, which is not called yet.
 * @param names - what the model knows the tools by
 * @throws {InputError} for a file by URL that the model does not take
 */
export function askModel(
  call: LoopCall,
  messages: readonly ModelMessage[],
  abortSignal: AbortSignal,
  names: ToolNames,
): AskedModel | Promise<AskedModel> {
  const options = toOptions(call, abortSignal, names)
  const placed = placePictures(messages, call.model)
  return askPlainly(call, placed, options, names) ?? askBySdk(call, placed, options, names)
}
