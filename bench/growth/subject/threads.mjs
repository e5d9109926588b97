import { join } from 'node:path'
import { signToken } from '../../http/token.mjs'
import { onEachDatabase } from '../databases.mjs'
import { questionsIn } from '../question.mjs'
import { addThreads } from '../seed.mjs'
import { measureSeries, withServers } from '../series.mjs'

const SIZES = [10, 100, 1000, 10_000]
const PAGE = '/api/memory/threads?page=0&perPage=10'

const subjectOf = (size) => `owner-of-${size}`

async function fill(store) {
  for (const size of SIZES) await addThreads(store, subjectOf(size), 'thread', size)
}

function listPoint(size, server) {
  const token = signToken({ sub: subjectOf(size) })
  return { size, server, load: { path: PAGE, token } }
}

function questionPoint(size, server, directory) {
  const file = join(directory, `threads-${server}-${size}.txt`)
  // As many threads at every size, so that none of them becomes longer than the others.
  const threadIds = Array.from({ length: SIZES[0] }, (_, index) => `thread-${index}`)
  return { size, server, load: questionsIn(threadIds, subjectOf(size), file) }
}

/** What an owner of so many threads pays for a page of their list, and for an answer in one of them. */
export const threads = {
  name: 'threads',
  measure: ({ servers, effort, directory }) =>
    onEachDatabase(directory, fill, async (kind, environment) => {
      const server = await servers.startAnew('signet, memory', environment)
      const plans = [
        {
          label: `a page of threads, by threads of the owner, ${kind}`,
          points: SIZES.map((size) => listPoint(size, kind)),
        },
        {
          label: `generate, by threads of the owner, ${kind}`,
          points: SIZES.map((size) => questionPoint(size, kind, directory)),
        },
      ]
      return await withServers(new Map([[kind, server]]), (running) =>
        measureSeries(plans, running, effort),
      )
    }),
}
