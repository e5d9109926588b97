// npm run fuzz: tries tokens, raw HTTP, and bodies of every route, for as long as it is told.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { whyNoPostgres } from '@signet/test-support/store/postgres-server'
import { readArguments, type FuzzArguments, type SubjectName } from './arguments.js'
import type { Fuzzer } from './fuzzer.js'
import { createBodiesFuzzer, type Driver } from './bodies/fuzzer.js'
import { createHttpFuzzer } from './http/fuzzer.js'
import { describeRun, FindingLog } from './report.js'
import { runFuzzer } from './run-fuzzer.js'
import { createTokenFuzzer } from './tokens/fuzzer.js'

/** Beside this file, once all are built. */
function program(name: string): string {
  return fileURLToPath(new URL(`${name}.mjs`, import.meta.url))
}

/** Whoever interrupts it is told what it has tried so far. */
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort())
}

async function run<Case>(fuzzer: Fuzzer<Case>, asked: FuzzArguments, log: FindingLog) {
  const result = await runFuzzer(fuzzer, {
    ...asked,
    forMs: asked.minutes * 60_000,
    signal: interruption.signal,
    onFinding: log.add,
  })
  console.log(describeRun(result))
  return result.findings
}

/** On each driver, one after the other. */
async function runBodies(asked: FuzzArguments, log: FindingLog): Promise<number> {
  const missing = whyNoPostgres()
  if (missing !== undefined) console.log(`bodies, postgres: not tried, there is ${missing}`)
  const drivers: readonly Driver[] = missing === undefined ? ['file', 'postgres'] : ['file']
  let findings = 0
  for (const driver of drivers) {
    if (interruption.signal.aborted) break
    const minutes = asked.minutes / drivers.length
    const fuzzer = createBodiesFuzzer(driver, program('bodies/server'))
    findings += await run(fuzzer, { ...asked, minutes }, log)
  }
  return findings
}

const RUNS: Readonly<
  Record<SubjectName, (asked: FuzzArguments, log: FindingLog) => Promise<number>>
> = {
  tokens: (asked, log) => run(createTokenFuzzer(), asked, log),
  http: (asked, log) => run(createHttpFuzzer(program('http/server')), asked, log),
  bodies: runBodies,
}

const asked = readArguments(process.argv.slice(2))
const log = new FindingLog(join(asked.findings, `${asked.seed}.jsonl`))
console.log(`seed ${asked.seed}, ${asked.minutes} minutes each`)
let findings = 0
for (const subject of asked.subjects) findings += await RUNS[subject](asked, log)
if (findings > 0) {
  console.error(`${findings} findings, in ${log.path}`)
  process.exitCode = 1
}
