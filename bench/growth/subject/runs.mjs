import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../../http/server-process.mjs'
import { startPostgres } from '../../http/postgres.mjs'
import { TOKEN } from '../../http/token.mjs'
import { addSuspendedRuns, withStore } from '../seed.mjs'
import { measureSeries, withServers } from '../series.mjs'

const SIZES = [1000, 10_000, 100_000]
/** Of the caller who asks, at every size. */
const OWN = 10
const LIST = { path: '/api/agents/weatherAgent/suspended-runs?perPage=10', token: TOKEN }
const RUN_ID = 'resumed-again-and-again'

async function fill(store, size) {
  await addSuspendedRuns(store, size)
  await addSuspendedRuns(store, OWN, { subject: 'alice' })
}

/** A folder with a file of each size, as the environment of a server. */
async function fillFiles(directory) {
  const filled = []
  for (const size of SIZES) {
    const data = mkdtempSync(join(directory, 'runs-'))
    await withStore({ directory: data }, (store) => fill(store, size))
    filled.push({ size, environment: { SIGNET_DATA_DIR: data } })
  }
  return filled
}

async function fillDatabases(directory, postgres) {
  const filled = []
  for (const size of SIZES) {
    const name = `runs_${size}`
    const databaseUrl = await postgres.createDatabase(name)
    await withStore({ directory, databaseUrl }, (store) => fill(store, size))
    await postgres.analyze(name)
    filled.push({ size, environment: { DATABASE_URL: databaseUrl } })
  }
  return filled
}

/** A run of a step that is suspended again whenever somebody resumes it. */
async function suspendOne({ url }) {
  const path = `/api/workflows/waiting/start-async?runId=${RUN_ID}`
  const response = await ask(url + path, {
    method: 'POST',
    token: TOKEN,
    body: JSON.stringify({ inputData: {} }),
  })
  if (response?.status === 200 && JSON.parse(response.text).status === 'suspended') return
  throw new Error(`The run was not suspended: ${response?.status} ${response?.text.slice(0, 300)}`)
}

const RESUME = {
  method: 'POST',
  path: `/api/workflows/waiting/resume-async?runId=${RUN_ID}`,
  token: TOKEN,
  body: JSON.stringify({ step: 'wait', resumeData: {} }),
  // One leg of a run at a time.
  connections: 1,
}

async function measureKind(kind, filled, { servers, effort }) {
  const running = new Map()
  return await withServers(running, async () => {
    for (const { size, environment } of filled) {
      const server = await servers.startAnew('signet', environment)
      running.set(`${kind} ${size}`, server)
      await suspendOne(server)
    }
    const pointsOf = (load) => SIZES.map((size) => ({ size, server: `${kind} ${size}`, load }))
    const plans = [
      { label: `a page of suspended runs, by runs of all, ${kind}`, points: pointsOf(LIST) },
      { label: `resume a workflow, by runs of all, ${kind}`, points: pointsOf(RESUME) },
    ]
    return await measureSeries(plans, running, effort)
  })
}

/** What a caller pays for a page of their runs, and to resume one, where so many runs are suspended. */
export const runs = {
  name: 'runs',
  async measure(context) {
    const { directory } = context
    const onLibsql = await measureKind('libsql', await fillFiles(directory), context)
    const postgres = await startPostgres(directory)
    try {
      const filled = await fillDatabases(directory, postgres)
      return [...onLibsql, ...(await measureKind('PostgreSQL', filled, context))]
    } finally {
      await postgres.stop()
    }
  },
}
