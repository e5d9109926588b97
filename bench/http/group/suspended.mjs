import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addSuspendedRuns, withStore } from '../../growth/seed.mjs'
import { median } from '../../verify/statistics.mjs'
import { residentBytes } from '../process-facts.mjs'

const COUNT = 100_000
/** Behind the first answer: by then the server has looked for runs to take up. */
const IDLE_MS = 5000

async function idleMb(servers, data) {
  const server = await servers.startAnew('signet', { SIGNET_DATA_DIR: data })
  try {
    await sleep(IDLE_MS)
    return residentBytes(server.pid) / 1e6
  } finally {
    await server.stop()
  }
}

/** What suspended runs take of the memory of a server that does nothing. */
export const suspended = {
  name: 'suspended',
  async measure({ servers, effort, directory }) {
    const folders = { empty: 0, full: COUNT }
    for (const [name, count] of Object.entries(folders)) {
      folders[name] = mkdtempSync(join(directory, `suspended-${name}-`))
      await withStore({ directory: folders[name] }, (store) => addSuspendedRuns(store, count))
    }
    const samples = { empty: [], full: [] }
    for (let round = 0; round < effort.starts; round++) {
      for (const name of ['empty', 'full']) samples[name].push(await idleMb(servers, folders[name]))
    }
    const [empty, full] = [median(samples.empty), median(samples.full)]
    const row = {
      label: 'memory, idle with 100,000 suspended runs',
      signet: `${Math.round(full)} MB`,
      ratios: {},
      limit: { value: Math.round(full - empty), most: 5, unit: 'MB more than an empty store' },
    }
    return { rows: [row], samples }
  },
}
