import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned } from '../pin.mjs'
import { measureRates } from '../rate-rows.mjs'
import { TOKEN } from '../token.mjs'

const run = promisify(execFile)
const CLIENT = fileURLToPath(new URL('../client/first-chunk.mjs', import.meta.url))

/** Its inverse, so that more is better as in every other row. @returns first chunks per second */
async function measure({ url }, seconds) {
  const [file, ...args] = pinned('load', [process.execPath, CLIENT, url, `${seconds}`])
  const { stdout } = await run(file, args, { env: { ...process.env, BENCH_TOKEN: TOKEN } })
  return 1e6 / JSON.parse(stdout).p50Us
}

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
          show: (perSecond) => `${Math.round(1e6 / perSecond).toLocaleString('en')} µs`,
        },
      ],
      servers,
      effort,
    ),
}
