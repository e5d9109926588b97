// Runs a workflow of twenty trivial steps again and again in this process, for some seconds, and prints how many steps a second
// it makes. Arguments: signet or original, seconds.
import { z } from 'zod'

const ENGINES = {
  signet: '../../packages/core/dist/workflow/create-workflow.js',
  original: '@mastra/core/workflows',
}
const STEPS = 20
/** So many runs before the first that counts: by then the engine is compiled. */
const WARM_UP = 50

const [engine, seconds] = process.argv.slice(2)
const { createStep, createWorkflow } = await import(ENGINES[engine])

const count = z.object({ count: z.number() })
const workflow = createWorkflow({ id: 'count', inputSchema: count, outputSchema: count })
for (let index = 0; index < STEPS; index++) {
  workflow.then(
    createStep({
      id: `step-${index}`,
      inputSchema: count,
      outputSchema: count,
      execute: async ({ inputData }) => ({ count: inputData.count + 1 }),
    }),
  )
}
workflow.commit()

async function runOnce() {
  const run = await workflow.createRun()
  const result = await run.start({ inputData: { count: 0 } })
  if (result.status === 'success' && result.result.count === STEPS) return
  throw new Error(`The run ended as ${result.status}.`)
}

for (let index = 0; index < WARM_UP; index++) await runOnce()
let runs = 0
const started = performance.now()
const until = started + Number(seconds) * 1000
while (performance.now() < until) {
  await runOnce()
  runs++
}
const lasted = (performance.now() - started) / 1000
console.log(JSON.stringify({ stepsPerSecond: (runs * STEPS) / lasted }))
