import type { MemoryCaller } from './owned-memory.js'

/** The id of an agent by any of its names, where the caller may read it; undefined for any other name. */
function readableId({ mastra, principal }: MemoryCaller, name: string): string | undefined {
  const id = mastra.findAgent(name)?.id
  if (id === undefined || !principal.permissions.allows(`agents:read:${id}`)) return undefined
  return id
}

/**
 * The agent whose threads are listed. A name that the caller may not read stands for itself, whether there is such
 * an agent or not: so the answer tells of their own threads, and of nothing else.
 *
 * @returns undefined where the threads of all agents are meant
 */
export function agentOfList(caller: MemoryCaller, name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  return readableId(caller, name) ?? name
}

/** The agent that a new thread knows: none where the caller may not read it, as where there is none of the name. */
export function agentOfNew(caller: MemoryCaller, name: string | undefined): string | undefined {
  return name === undefined ? undefined : readableId(caller, name)
}
