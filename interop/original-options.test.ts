import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ANSWER_OPTIONS } from '../packages/server/src/route/option/answer-options.js'
import { RESUME_OPTIONS } from '../packages/server/src/route/option/resume-options.js'
import * as routes from '../packages/server/src/route/option/route-options.js'
import type { OptionTable } from '../packages/server/src/route/option/rule.js'

const CLIENT = new URL('.', import.meta.resolve('@mastra/client-js'))
const CORE = new URL('.', import.meta.resolve('@mastra/core'))

function source(path: string, from: URL): string {
  return readFileSync(fileURLToPath(new URL(path, from)), 'utf8')
}

const CONTRACT = source('route-types.generated.d.ts', CLIENT)

/** The names of the members of a type that is written as an object, in a file of types. */
function membersOf(type: string, text: string): string[] {
  const alias = new RegExp(`type ${type} = (\\w+);`).exec(text)?.[1]
  if (alias !== undefined) return membersOf(alias, text)
  const block = new RegExp(`type ${type}\\b[^\\n]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text)?.[1]
  if (block === undefined) throw new Error(`There is no type ${type}.`)
  return [...block.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name = '']) => name)
}

const { memory, modelSettings, structuredOutput } = ANSWER_OPTIONS
const inside = (table: OptionTable | undefined, name: string) => table?.[name]?.members ?? {}

const BODIES: readonly (readonly [type: string, table: OptionTable])[] = [
  ['PostAgentsAgentIdGenerate_Body', ANSWER_OPTIONS],
  ['PostAgentsAgentIdStream_Body', ANSWER_OPTIONS],
  ['PostAgentsAgentIdResumeStream_Body', RESUME_OPTIONS],
  ['InputShared_Type_0', memory?.members ?? {}],
  ['InputShared_Type_3', structuredOutput?.members ?? {}],
  ['PostAgentsAgentIdToolsToolIdExecute_Body', routes.TOOL_OPTIONS],
  ['PostToolsToolIdExecute_QueryParams', routes.TOOL_QUERY],
  ['GetAgents_QueryParams', routes.AGENT_QUERY],
  ['GetAgentsAgentId_QueryParams', routes.AGENT_QUERY],
  ['GetMemoryStatus_QueryParams', routes.AGENT_MEMORY_QUERY],
  ['GetMemoryConfig_QueryParams', routes.AGENT_MEMORY_QUERY],
  ['GetMemoryThreads_QueryParams', routes.THREADS_QUERY],
  ['GetMemoryThreadsThreadId_QueryParams', routes.OWNED_QUERY],
  ['GetMemoryThreadsThreadIdMessages_QueryParams', routes.MESSAGES_QUERY],
  ['InputShared_Type_12', inside(routes.MESSAGES_QUERY, 'filter')],
  ['GetMemoryThreadsThreadIdWorkingMemory_QueryParams', routes.AGENT_MEMORY_QUERY],
  ['PostMemoryThreadsThreadIdWorkingMemory_Body', routes.WORKING_MEMORY],
  ['PostMemorySaveMessages_QueryParams', routes.OWNED_QUERY],
  ['PostMemorySaveMessages_Body', routes.NEW_MESSAGES],
  ['PostMemoryThreads_QueryParams', routes.OWNED_QUERY],
  ['PostMemoryThreads_Body', routes.NEW_THREAD],
  ['PatchMemoryThreadsThreadId_Body', routes.THREAD_CHANGE],
  ['DeleteMemoryThreadsThreadId_QueryParams', routes.OWNED_QUERY],
  ['PostMemoryThreadsThreadIdClone_Body', routes.THREAD_COPY],
  ['PostMemoryMessagesDelete_Body', routes.MESSAGES_TO_DELETE],
  ['PostMemoryMessagesDelete_QueryParams', routes.OWNED_QUERY],
  ['GetMemorySearch_QueryParams', routes.SEARCH_QUERY],
]

describe('the options of Mastra', () => {
  it.each(BODIES)('are each known, by the contract of its client: %s', (type, table) => {
    const names = membersOf(type, CONTRACT)
    expect(names).not.toEqual([])
    expect(names.filter((name) => !Object.hasOwn(table, name))).toEqual([])
  })

  it.each<[string, string, OptionTable, number]>([
    ['AgentExecutionOptionsBase', 'agent/agent.types.d.ts', ANSWER_OPTIONS, 40],
    ['NetworkOptions', 'agent/agent.types.d.ts', ANSWER_OPTIONS, 10],
    ['AgentGenerateOptions', 'agent/types.d.ts', ANSWER_OPTIONS, 20],
    ['AgentMemoryOption', 'agent/types.d.ts', memory?.members ?? {}, 3],
    ['BaseMemoryConfig', 'memory/types.d.ts', inside(memory?.members, 'options'), 9],
    ['StructuredOutputOptionsBase', 'agent/types.d.ts', structuredOutput?.members ?? {}, 6],
    ['MastraModelSettings', 'llm/model/model-settings.d.ts', modelSettings?.members ?? {}, 2],
  ])('are each known, by the types of its agents: %s', (type, file, table, atLeast) => {
    const names = membersOf(type, source(file, CORE))
    expect(names.length).toBeGreaterThanOrEqual(atLeast)
    expect(names.filter((name) => !Object.hasOwn(table, name))).toEqual([])
  })
})
