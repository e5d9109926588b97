import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../postgres.mjs'
import { measureRates } from '../rate-rows.mjs'
import { TOKEN } from '../token.mjs'

/** As many as connections. */
const THREADS = 16
/** What is stored and read takes its time. */
const MIN_SECONDS = 2

/** Questions in turn, each in the next thread. */
function bodyFile(directory) {
  const bodies = Array.from({ length: THREADS }, (_, index) =>
    JSON.stringify({
      messages: 'Weather in London',
      // Of the resource, Mastra takes that of the token; it wants one here all the same.
      memory: { thread: `thread-${index}`, resource: 'alice' },
    }),
  )
  const file = join(directory, 'bodies.txt')
  writeFileSync(file, bodies.join('\n'))
  return file
}

/** The servers of these rows are started with a database each, and stopped when they are measured. */
async function measureOn(kind, environments, { servers, effort, directory }) {
  const load = {
    method: 'POST',
    path: '/api/agents/weatherAgent/generate',
    token: TOKEN,
    bodies: bodyFile(directory),
  }
  const started = new Map()
  try {
    for (const id of ['signet', 'original']) {
      started.set(id, await servers.startAnew(`${id}, memory`, environments[id]))
    }
    return await measureRates(
      ['signet', 'original'].map((id) => ({ id, server: id, load })),
      [
        {
          label: `generate with memory on ${kind}`,
          signet: 'signet',
          against: { original: 'original' },
        },
      ],
      { get: (id) => started.get(id) },
      { ...effort, seconds: Math.max(effort.seconds, MIN_SECONDS) },
    )
  } finally {
    for (const server of started.values()) await server.stop()
  }
}

/** Answers that are stored, and shown the last ten messages of their thread. */
export const remembered = [
  { name: 'memory-libsql', measure: (context) => measureOn('libsql', {}, context) },
  {
    name: 'memory-postgres',
    measure: async (context) => {
      const postgres = await startPostgres(context.directory)
      try {
        const environments = {
          signet: { DATABASE_URL: await postgres.createDatabase('signet') },
          original: { DATABASE_URL: await postgres.createDatabase('original') },
        }
        return await measureOn('PostgreSQL', environments, context)
      } finally {
        await postgres.stop()
      }
    },
  },
]
