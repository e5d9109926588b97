import { chooseDatabase } from '../project/database-url.js'
import { orOk, type Finding } from './finding.js'
import type { Served } from './served.js'

/** Agents that remember, where several instances would not remember the same. */
export function checkStorage({ mastra, hasOwnStorage }: Served): readonly Finding[] {
  const agents = Object.values(mastra.listAgents()).filter((each) => each.getMemory() !== undefined)
  if (agents.length === 0) return []
  const isShared = hasOwnStorage || chooseDatabase(process.env).url !== undefined
  const note: Finding = {
    check: 'storage',
    level: 'note',
    what: `What ${agents.map(({ id }) => id).join(', ')} remembers is kept in a file of this machine.`,
    why: 'No PostgreSQL database is named: a second instance would have another memory, and a new machine none.',
    remedy: 'Set DATABASE_URL to a PostgreSQL database where there is more than one instance.',
  }
  return orOk(isShared ? [] : [note], 'storage', 'All instances share one memory.')
}
