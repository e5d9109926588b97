import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned } from '../pin.mjs'
import { measureRates } from '../rate-rows.mjs'
import { TOKEN } from '../token.mjs'

const run = promisify(execFile)
const CLIENT = fileURLToPath(new URL('../client/first-chunk.mjs', import.meta.url))

/**
 * Its inverse, so that more is better as in every other row.
 * @param {'stream' | 'generate'} route
 * @returns answers per second, or first chunks of them
 */
export async function measureFirst({ url }, seconds, route) {
  const [file, ...args] = pinned('load', [process.execPath, CLIENT, url, `${seconds}`, route])
  const { stdout } = await run(file, args, { env: { ...process.env, BENCH_TOKEN: TOKEN } })
  return 1e6 / JSON.parse(stdout).p50Us
}

/** A rate as the time of one. */
export const showMicroseconds = (perSecond) =>
  `${Math.round(1e6 / perSecond).toLocaleString('en')} µs`

const measure = (server, seconds) => measureFirst(server, seconds, 'stream')

/** From the sending of a question to the first bytes of its stream; one question at a time. */
export const firstChunk = {
  name: 'first-chunk',
  measure: ({ servers, effort }) =>
    measureRates(
      ['signet', 'original'].map((id) => ({ id, server: id, measure })),
      [
        {
          label: 'stream, time to the first chunk (p50)',
          signet: 'signet',
          against: { original: 'original' },
          show: showMicroseconds,
        },
      ],
      servers,
      effort,
    ),
}
