import type { OptionNames, RefusedOption, Unserved } from '@signet/auth'
import { findRefusedOptions, isNothing, isObject, nearestName } from '@signet/auth/internal'
import type { Memory } from '../memory/memory.js'
import type { ModelConfig, OpenAICompatibleModel } from '../model/model-config.js'
import { AGENT_GUARDS, UNSUPPORTED_AGENT_OPTIONS } from '../option/agent-options.js'
import type { RequestContext } from '../request-context.js'
import { isTool, isUnchanged } from '../tool/create-tool.js'
import type { AgentTools } from '../tool/tool-set.js'
import { readInstructions, type Instructions } from './instructions.js'
import { isOnDisconnect, type OnDisconnect } from './options.js'

/** A value, or how to find it for a request. */
export type Dynamic<Value> =
  | Value
  | ((options: { requestContext: RequestContext }) => Value | Promise<Value>)

type UnservedAgentOptions = typeof UNSUPPORTED_AGENT_OPTIONS & typeof AGENT_GUARDS

/** What makes an agent. Options of Mastra that are not served may only ask for nothing. */
export interface AgentConfig extends Unserved<UnservedAgentOptions> {
  /** 1 to 128 of `A-Z a-z 0-9 _ . -`; permissions and paths name it. Default: the name. */
  readonly id?: string | undefined
  readonly name: string
  /** Tells people what the agent is for. Default: empty. */
  readonly description?: string | undefined
  /** The system prompt. Callers see it only with `agents:write`. */
  readonly instructions: Dynamic<Instructions>
  /** An AI SDK model, `provider/model`, or an OpenAI-compatible server. */
  readonly model: Dynamic<ModelConfig>
  /** Default: none. */
  readonly tools?: AgentTools | undefined
  /** Lets callers ask the agent to remember. Default: none. */
  readonly memory?: Memory | undefined
  /**
   * Most calls of the model for one answer. A caller over HTTP may ask for fewer, the application's own code for
   * any number. Default: 5.
   */
  readonly maxSteps?: number | undefined
  /**
   * What becomes of a streamed answer when its reader leaves: `continue` lets it go on to its end, and keeps its chunks
   * for `observe`. Default: `stop`.
   */
  readonly onDisconnect?: OnDisconnect | undefined
}

const SERVED: OptionNames<AgentConfig, UnservedAgentOptions> = {
  id: true,
  name: true,
  description: true,
  instructions: true,
  model: true,
  tools: true,
  memory: true,
  maxSteps: true,
  onDisconnect: true,
}

type Problem = readonly [name: string, remedy: string, isGuard?: boolean]

function toolProblems(tools: unknown): readonly Problem[] {
  if (typeof tools === 'function') {
    return [['tools', 'Signet does not call a function for them. Give an object of tools.']]
  }
  return Object.entries(Object(tools) as object).flatMap(
    ([name, tool]: readonly [string, unknown]): Problem[] => {
      const remedy = toolRemedy(tool)
      return remedy === undefined ? [] : [[`tools.${name}`, remedy, isTool(tool)]]
    },
  )
}

/** Why a value is not a tool that may be used, and what to do; undefined for one that may. */
export function toolRemedy(tool: unknown): string | undefined {
  if (!isTool(tool)) {
    return 'It is not a tool of Signet. Make it by createTool of @signet/core/tools, with the same description, schema and execute.'
  }
  if (isUnchanged(tool)) return undefined
  return 'It is a copy of a tool, and Signet ignores changes in a copy. Make the tool by createTool.'
}

function memoryProblems(memory: unknown): readonly Problem[] {
  if (isNothing(memory) || isMemory(memory)) return []
  const remedy =
    typeof memory === 'function'
      ? 'Signet does not call a function for it. Give a Memory.'
      : 'It is not a memory of Signet. Make it by new Memory of @signet/core/memory.'
  return [['memory', remedy]]
}

function isMemory(memory: unknown): memory is Memory {
  if (!isObject(memory)) return false
  return 'refusals' in memory && 'settings' in memory
}

function instructionProblems(instructions: unknown): readonly Problem[] {
  const isUsable =
    typeof instructions === 'function' || readInstructions(instructions) !== undefined
  if (isUsable) return []
  return [['instructions', "Give a text, { role: 'system', content }, or a list of these."]]
}

const SERVER_MODEL: OptionNames<OpenAICompatibleModel> = { url: true, id: true, apiKey: true }

function modelProblems(model: unknown): readonly Problem[] {
  if (Array.isArray(model)) {
    return [['model', 'Signet does not fall back from one model to another. Give one model.']]
  }
  // An AI SDK model is an object of a class, or says which version of the contract it has.
  if (!isObject(model) || 'specificationVersion' in model) return []
  return Object.keys(model)
    .filter((name) => !Object.hasOwn(SERVER_MODEL, name) && Reflect.get(model, name) !== undefined)
    .map((name) => {
      const near = nearestName(name, Object.keys(SERVER_MODEL))
      const hint = near === undefined ? '' : ` Did you mean ${near}?`
      return [
        `model.${name}`,
        `A model is { url, id, apiKey }.${hint} For headers and other settings, give an AI SDK model.`,
      ]
    })
}

function disconnectProblems(onDisconnect: unknown): readonly Problem[] {
  if (isNothing(onDisconnect) || isOnDisconnect(onDisconnect)) return []
  return [['onDisconnect', "Write 'continue', or leave it out."]]
}

function textProblems(texts: Readonly<Record<string, unknown>>): readonly Problem[] {
  return Object.entries(texts)
    .filter(([, text]) => !isNothing(text) && typeof text !== 'string')
    .map(([name]) => [name, 'Give a text.'])
}

/** What can be no option of an agent, although it has the name of one. */
function problemsOf(config: AgentConfig): readonly Problem[] {
  const { name, description, tools, memory, instructions, model, onDisconnect } = config
  return [
    ...textProblems({ name, description }),
    ...toolProblems(tools),
    ...memoryProblems(memory),
    ...instructionProblems(instructions),
    ...modelProblems(model),
    ...disconnectProblems(onDisconnect),
  ]
}

/** The options that an agent was given and that are not served, those of its memory and its tools included. */
export function findAgentRefusals(config: AgentConfig): readonly RefusedOption[] {
  const where = `Agent ${JSON.stringify(config.id ?? config.name)}`
  const refused = findRefusedOptions(where, config, {
    served: SERVED,
    unsupported: UNSUPPORTED_AGENT_OPTIONS,
    guards: AGENT_GUARDS,
  })
  const problems = problemsOf(config).map(([name, remedy, isGuard = false]) => ({
    where,
    name,
    isKnownToMastra: true,
    isGuard,
    remedy,
  }))
  return [...refused, ...problems]
}

/** The tools of a configuration that are tools: the others are refused. */
export function usableTools({ tools }: AgentConfig): AgentTools {
  if (typeof tools === 'function') return {}
  const usable = Object.entries(tools ?? {}).filter(([, tool]) => toolRemedy(tool) === undefined)
  return Object.fromEntries(usable)
}

/** The memory of a configuration, where it is one: any other is refused. */
export function usableMemory({ memory }: AgentConfig): Memory | undefined {
  return isMemory(memory) ? memory : undefined
}
