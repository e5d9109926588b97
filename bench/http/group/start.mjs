import { setTimeout as sleep } from 'node:timers/promises'
import { median, ratioOf } from '../../verify/statistics.mjs'
import { residentBytes } from '../process-facts.mjs'

const NAMES = ['signet', 'original']
/** After the first answer, for what a start leaves to be done. */
const IDLE_MS = 1000

async function measureOnce(name, servers) {
  const server = await servers.startAnew(name)
  try {
    await sleep(IDLE_MS)
    return { startMs: server.startMs, idleMb: residentBytes(server.pid) / 1e6 }
  } finally {
    await server.stop()
  }
}

const inverse = (samples, key) => ratioOf(samples.original.map(key), samples.signet.map(key))

/** From the spawning of a process to its first authenticated answer, and the memory it then has. */
export const start = {
  name: 'start',
  async measure({ servers, effort }) {
    const samples = { signet: [], original: [] }
    for (let round = 0; round < effort.starts; round++) {
      const order = round % 2 === 0 ? NAMES : NAMES.toReversed()
      for (const name of order) samples[name].push(await measureOnce(name, servers))
    }
    const startOf = ({ startMs }) => startMs
    const idleOf = ({ idleMb }) => idleMb
    const rows = [
      {
        label: 'start to the first authenticated answer',
        signet: `${Math.round(median(samples.signet.map(startOf)))} ms`,
        ratios: { original: inverse(samples, startOf) },
        targets: { original: 4 },
      },
      {
        label: 'memory, idle after one request',
        signet: `${Math.round(median(samples.signet.map(idleOf)))} MB`,
        ratios: { original: inverse(samples, idleOf) },
        targets: { original: 2.5 },
      },
    ]
    return { rows, samples }
  },
}
