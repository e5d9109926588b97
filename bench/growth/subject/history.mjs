import { join } from 'node:path'
import { onEachDatabase } from '../databases.mjs'
import { questionsIn } from '../question.mjs'
import { addMessages, addThreads } from '../seed.mjs'
import { measureSeries, withServers } from '../series.mjs'

const SUBJECT = 'alice'
const SIZES = [10, 1000, 100_000]
/** Small threads are many: each question makes its thread longer by two messages. */
const threadsOf = (size) => Math.max(1, Math.min(500, 10_000 / size))

const nameOf = (size, index) => `of-${size}-${index}`

async function fill(store) {
  for (const size of SIZES) {
    await addThreads(store, SUBJECT, `of-${size}`, threadsOf(size))
    for (let index = 0; index < threadsOf(size); index++) {
      await addMessages(store, SUBJECT, nameOf(size, index), size)
    }
  }
}

function pointOf(size, kind, directory) {
  const threadIds = Array.from({ length: threadsOf(size) }, (_, index) => nameOf(size, index))
  const file = join(directory, `history-${kind}-${size}.txt`)
  return { size, server: kind, load: questionsIn(threadIds, SUBJECT, file) }
}

/** An answer in a thread that has so many messages; the model is shown the last ten. */
export const history = {
  name: 'history',
  measure: ({ servers, effort, directory }) =>
    onEachDatabase(directory, fill, async (kind, environment) => {
      const server = await servers.startAnew('signet, memory', environment)
      const points = SIZES.map((size) => pointOf(size, kind, directory))
      const plan = { label: `generate, by messages in the thread, ${kind}`, points }
      return await withServers(new Map([[kind, server]]), (running) =>
        measureSeries([plan], running, effort),
      )
    }),
}
