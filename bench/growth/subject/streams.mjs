import { holdStreams } from '../../http/hold-streams.mjs'
import { TOKEN } from '../../http/token.mjs'
import { AGENTS } from '../question.mjs'
import { measureSeries, withServers } from '../series.mjs'

const SIZES = [1, 100, 2000]

/** Another request, while a server has so many open streams that wait for their model. */
export const streams = {
  name: 'streams',
  async measure({ servers, effort }) {
    const running = new Map()
    return await withServers(running, async () => {
      for (const size of SIZES) {
        running.set(`${size}`, await servers.startAnew('signet'))
        await holdStreams(running.get(`${size}`).url, size)
      }
      const points = SIZES.map((size) => ({
        size,
        server: `${size}`,
        load: { ...AGENTS, token: TOKEN },
      }))
      return await measureSeries(
        [{ label: 'agents list, by open streams', points }],
        running,
        effort,
      )
    })
  },
}
