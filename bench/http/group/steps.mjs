import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned } from '../pin.mjs'
import { measureRates } from '../rate-rows.mjs'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('../../workflow/steps.mjs', import.meta.url))

/** In a process of its own, which serves nothing. */
async function stepsPerSecond(engine, seconds) {
  const [file, ...args] = pinned('server', [process.execPath, PROGRAM, engine, `${seconds}`])
  const { stdout } = await run(file, args)
  return JSON.parse(stdout).stepsPerSecond
}

/** How many trivial steps of a workflow an engine makes, without a store. */
export const steps = {
  name: 'steps',
  measure: ({ servers, effort }) =>
    measureRates(
      ['signet', 'original'].map((id) => ({
        id,
        measure: (_server, seconds) => stepsPerSecond(id, seconds),
      })),
      [{ label: 'workflow, trivial steps', signet: 'signet', against: { original: 'original' } }],
      servers,
      effort,
    ),
}
