// Measures how the cost of a request grows with what a server holds: messages, threads, streams, revocations, scopes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layOut } from '../verify/table.mjs'
import { atEnd, withCleanUp } from '../http/cleanup.mjs'
import { chooseEffort } from '../http/effort.mjs'
import { conditions } from '../http/machine.mjs'
import { describeConditions } from '../http/page.mjs'
import { createServers } from '../http/servers.mjs'
import { markdownTable, writePart, writeResults } from '../http/write.mjs'
import { requireWrk } from '../http/wrk.mjs'
import { growthRows } from './report.mjs'
import { history } from './subject/history.mjs'
import { revocations } from './subject/revocations.mjs'
import { runs } from './subject/runs.mjs'
import { scopes } from './subject/scopes.mjs'
import { streams } from './subject/streams.mjs'
import { threads } from './subject/threads.mjs'

const SUBJECTS = [history, threads, streams, revocations, scopes, runs]
/** Where there is one, a file system in memory: what is filled here is large, and no disk is to be measured. */
const MEMORY = '/dev/shm'

async function measureSubject(subject, context) {
  console.error(`${subject.name} …`)
  try {
    return await subject.measure(context)
  } catch (error) {
    console.error(`FAILED: ${subject.name}: ${error.message}`)
    process.exitCode = 1
    return []
  }
}

await withCleanUp(async () => {
  requireWrk()
  const started = performance.now()
  const effort = chooseEffort(
    process.argv.slice(2),
    SUBJECTS.map(({ name }) => name),
  )
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir()
  const directory = mkdtempSync(join(parent, 'signet-growth-'))
  atEnd(() => rmSync(directory, { recursive: true, force: true }))
  const short = { ...effort, seconds: effort.shortSeconds }
  const context = { servers: createServers(directory), effort: short, directory }
  const list = []
  for (const subject of SUBJECTS) {
    if (effort.only?.includes(subject.name) ?? true) {
      list.push(...(await measureSubject(subject, context)))
    }
  }
  const table = growthRows(list)
  console.log(`\n${layOut(table)}`)
  // Part of a run, or a quick one, is no result: it must not take the place of one.
  if (effort.mode === 'full' && effort.only === undefined) {
    const facts = { ...conditions(), effort: short }
    writeResults('growth', { ...facts, series: list })
    writePart('growth', `${describeConditions(facts)}\n\n${markdownTable(table)}`)
  }
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s, ${effort.mode}.`)
})
