// Measures Signet beside what a user might take instead: over HTTP, as users start it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd, withCleanUp } from './cleanup.mjs'
import { drawChart, sectionsOf } from './chart.mjs'
import { chooseEffort } from './effort.mjs'
import { groups } from './group/all.mjs'
import { pins } from './pin.mjs'
import { conditions } from './machine.mjs'
import { describeConditions, ratioTable, verdictTable } from './page.mjs'
import { judge, showRows, showVerdicts } from './report.mjs'
import { createServers } from './servers.mjs'
import { writeChart, writePart, writeResults } from './write.mjs'
import { requireWrk } from './wrk.mjs'

/** A group that fails is told, and the others are measured all the same. */
async function measureGroup(group, context) {
  const started = performance.now()
  console.error(`${group.name} …`)
  try {
    const { rows, samples } = await group.measure(context)
    const seconds = Math.round((performance.now() - started) / 1000)
    return { name: group.name, seconds, rows, samples }
  } catch (error) {
    console.error(`FAILED: ${group.name}: ${error.message}`)
    process.exitCode = 1
    return { name: group.name, failure: error.message, rows: [], samples: {} }
  }
}

async function measureAll() {
  const names = groups.map(({ name }) => name)
  const effort = chooseEffort(process.argv.slice(2), names)
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  atEnd(() => rmSync(directory, { recursive: true, force: true }))
  if (!pins.isPinned) console.error(`Server and load share their cores. ${pins.reason}`)
  const context = { servers: createServers(directory), effort, directory }
  const results = []
  for (const group of groups) {
    const isWanted = effort.only === undefined || effort.only.includes(group.name)
    if (isWanted) results.push(await measureGroup(group, context))
  }
  return { effort, results }
}

function withoutRows({ name, seconds, failure, samples }) {
  return { name, seconds, failure, samples }
}

function writeAll(effort, results, rows, verdicts) {
  const facts = { ...conditions(), effort }
  writeResults('http', { ...facts, rows, verdicts, groups: results.map(withoutRows) })
  writeChart(drawChart(sectionsOf(rows)))
  const parts = [describeConditions(facts), ratioTable(rows), verdictTable(verdicts)]
  writePart('ratios', parts.join('\n\n'))
}

await withCleanUp(async () => {
  requireWrk()
  const started = performance.now()
  const { effort, results } = await measureAll()
  const rows = results.flatMap((group) => group.rows)
  const verdicts = judge(rows)
  console.log(`\nHow many times better Signet is: median and spread of ${effort.rounds} rounds.`)
  console.log(showRows(rows))
  console.log(`\nTargets:\n${showVerdicts(verdicts)}`)
  for (const { name, failure } of results) if (failure) console.log(`FAILED: ${name}: ${failure}`)
  // Part of a run, or a quick one, is no result: it must not take the place of one.
  const isWhole = effort.mode === 'full' && effort.only === undefined && !effort.byCpu
  if (isWhole) writeAll(effort, results, rows, verdicts)
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s, ${effort.mode}.`)
})
