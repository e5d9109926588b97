import { setTimeout as sleep } from 'node:timers/promises'
import { ratioOf } from '../../verify/statistics.mjs'
import { holdStreams } from '../hold-streams.mjs'
import { residentBytes } from '../process-facts.mjs'
import { TOKEN } from '../token.mjs'
import { runWrk } from '../wrk.mjs'

const SETTLE_MS = 1000
const QUESTION = {
  method: 'POST',
  path: '/api/agents/weatherAgent/generate',
  token: TOKEN,
  body: JSON.stringify({ messages: 'Weather in London' }),
}

async function afterLoad(server, { loadSeconds }) {
  await runWrk(server.url, QUESTION, loadSeconds)
  await sleep(SETTLE_MS)
  return { loadedMb: residentBytes(server.pid) / 1e6 }
}

async function withStreams(server, { streams }) {
  // Once, so that what the first stream loads is not counted as the streams' own.
  await (
    await holdStreams(server.url, 1)
  )()
  await sleep(SETTLE_MS)
  const before = residentBytes(server.pid)
  const close = await holdStreams(server.url, streams)
  await sleep(SETTLE_MS)
  const kilobytes = (residentBytes(server.pid) - before) / 1000
  await close()
  return { streamKb: kilobytes / streams }
}

/** Each of a process of its own. */
async function measure(name, { servers, effort }) {
  const facts = {}
  for (const work of [afterLoad, withStreams]) {
    const server = await servers.startAnew(name)
    try {
      Object.assign(facts, await work(server, effort))
    } finally {
      await server.stop()
    }
  }
  return facts
}

/** Resident memory after ten seconds of `generate`, and of each stream that is open. */
export const resident = {
  name: 'resident',
  async measure(context) {
    const samples = {
      signet: [await measure('signet', context)],
      original: [await measure('original', context)],
    }
    const [own] = samples.signet
    const against = (key) => ({
      original: ratioOf(
        samples.original.map((each) => each[key]),
        samples.signet.map((each) => each[key]),
      ),
    })
    const rows = [
      {
        label: `memory, after ${context.effort.loadSeconds} s of generate`,
        signet: `${Math.round(own.loadedMb)} MB`,
        ratios: against('loadedMb'),
      },
      {
        label: `memory of an open stream, of ${context.effort.streams}`,
        signet: `${Math.round(own.streamKb)} KB`,
        ratios: against('streamKb'),
      },
    ]
    return { rows, samples }
  },
}
