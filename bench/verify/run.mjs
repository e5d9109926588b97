// Measures how fast tokens are verified: Signet, its peers, and a bare check of node:crypto, which is 1.00.
import { mkdirSync, writeFileSync } from 'node:fs'
import { chooseEffort } from './effort.mjs'
import { makeKeys } from './keys.mjs'
import { measureLinearity } from './linearity.mjs'
import { machineFacts } from './machine.mjs'
import { measureMapping, summarizeMapping } from './mapping.mjs'
import { contestants } from './peers/all.mjs'
import { ALGORITHMS, SIZES_KB } from './policy.mjs'
import { proveContestants } from './proof.mjs'
import { measureRefusals } from './refusals.mjs'
import {
  showLinearity,
  showMapping,
  showRefusals,
  showSummary,
  showVerdicts,
  summarize,
  worstGrowth,
} from './report.mjs'
import { measureRounds } from './round.mjs'
import { judge } from './targets.mjs'
import { makeTokens } from './tokens.mjs'

const RESULTS = new URL('../results/', import.meta.url)
/** Different tokens in a cached run. */
const FEW = 8

async function measureRow(algorithm, keys, sizeKb, effort) {
  const cold = makeTokens(algorithm, keys, { count: effort.count, sizeKb })
  const field = await contestants(algorithm, keys, { cold, cached: cold.slice(0, FEW) })
  await proveContestants(field, algorithm, keys)
  return { algorithm, sizeKb, rates: await measureRounds(field, effort) }
}

/** Five digits that matter: more would be noise. */
function rounded(_name, value) {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value
}

function writeResults(results) {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL('verify.json', RESULTS), `${JSON.stringify(results, rounded, 2)}\n`)
}

const effort = chooseEffort(process.argv.slice(2), process.env)
const started = performance.now()
const rows = []
const refusals = []
for (const algorithm of ALGORITHMS) {
  const keys = makeKeys(algorithm)
  for (const sizeKb of SIZES_KB) {
    console.error(`${algorithm}, claims of ${sizeKb} KB …`)
    rows.push(await measureRow(algorithm, keys, sizeKb, effort))
  }
  refusals.push(await measureRefusals(algorithm, keys, effort))
}
console.error('Mapped claims …')
const mapped = await measureMapping(makeKeys('HS256'), effort)
const mapping = summarizeMapping(mapped)
console.error('Awkward tokens …')
const linearity = await measureLinearity(makeKeys('HS256'), effort)

const summary = summarize(rows)
const verdicts = judge([...rows, ...mapped])
console.log(`\nVerified per second, bare = 1.00: median and spread of ${effort.rounds} rounds.`)
console.log(showSummary(summary))
console.log('\nTime of a refused token, accepted = 1.00:')
console.log(showRefusals(refusals))
console.log('\nRequests through the guard with mapped claims, standard names = 1.00:')
console.log(showMapping(mapping))
console.log(`\nTime of ${effort.textMb} MB over that of half of it:`)
console.log(showLinearity(linearity))
console.log('\nTargets:')
console.log(showVerdicts(verdicts))
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s, ${effort.mode}.`)
// A quick run is no result: it must not take the place of one.
if (effort.mode === 'full') {
  writeResults({
    machine: machineFacts(),
    effort,
    summary,
    refusals,
    mapping,
    growth: worstGrowth(linearity),
    verdicts,
  })
}
