import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { TOKEN } from '../../http/token.mjs'
import { AGENTS } from '../question.mjs'
import { addRevocations, withStore } from '../seed.mjs'
import { measureSeries, withServers } from '../series.mjs'

const SIZES = [1, 1000, 100_000]

/** A request with a good token, where so many others are revoked. */
export const revocations = {
  name: 'revocations',
  async measure({ servers, effort, directory }) {
    const running = new Map()
    return await withServers(running, async () => {
      for (const size of SIZES) {
        const data = mkdtempSync(join(directory, 'revocations-'))
        await withStore({ directory: data }, (store) => addRevocations(store, size))
        running.set(`${size}`, await servers.startAnew('signet', { SIGNET_DATA_DIR: data }))
      }
      const points = SIZES.map((size) => ({
        size,
        server: `${size}`,
        load: { ...AGENTS, token: TOKEN },
      }))
      return await measureSeries(
        [{ label: 'agents list, by revocations', points }],
        running,
        effort,
      )
    })
  },
}
