import { chooseDatabase } from '../project/database-url.js'
import { orOk, type Finding } from './finding.js'
import type { Served } from './served.js'

/** Notes agents with memory whose store several instances would not share. */
export function checkStorage({ mastra, hasOwnStorage }: Served): readonly Finding[] {
  const agents = Object.values(mastra.listAgents()).filter((each) => each.getMemory() !== undefined)
  if (agents.length === 0) return []
  const isShared = hasOwnStorage || chooseDatabase(process.env).url !== undefined
  const note: Finding = {
    check: 'storage',
    level: 'note',
    what: `The memory of ${agents.map(({ id }) => id).join(', ')} is in a file on this machine.`,
    why: 'DATABASE_URL does not name a PostgreSQL database: a second instance would have its own memory, and a new machine none.',
    remedy: 'If there is more than one instance, set DATABASE_URL to a PostgreSQL database.',
  }
  return orOk(isShared ? [] : [note], 'storage', 'All instances share one memory.')
}
