import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureRates } from '../rate-rows.mjs'
import { tokenLines } from '../token.mjs'

const SERVERS = ['signet', 'original', 'hono', 'fastify', 'node:http']
/** More than any server here answers in a second. */
const COLD_PER_SECOND = 90_000
const WARM = 1000

/** A file of tokens for each round, so that no server sees one twice. */
function coldFiles(directory, seconds) {
  const files = new Map()
  return (round) => {
    if (!files.has(round)) {
      const file = join(directory, `tokens-${round}.txt`)
      writeFileSync(file, tokenLines(COLD_PER_SECOND * seconds, `round${round}`))
      files.set(round, file)
    }
    return { path: '/api/agents', tokens: files.get(round) }
  }
}

function plan(kind) {
  return {
    label: `agents list, ${kind}`,
    signet: `signet: ${kind}`,
    against: Object.fromEntries(SERVERS.slice(1).map((name) => [name, `${name}: ${kind}`])),
  }
}

/** Requests of many callers: of a thousand in turn, and each of another one that nobody has seen before. */
export const tokens = {
  name: 'tokens',
  measure: async ({ servers, effort, directory }) => {
    const seconds = effort.shortSeconds
    const warm = join(directory, 'tokens-warm.txt')
    writeFileSync(warm, tokenLines(WARM, 'warm'))
    const loads = {
      '1,000 tokens in turn': { path: '/api/agents', tokens: warm },
      'each with a new token': coldFiles(directory, seconds),
    }
    const contestants = Object.entries(loads).flatMap(([kind, load]) =>
      SERVERS.map((server) => ({ id: `${server}: ${kind}`, server, load })),
    )
    const result = await measureRates(contestants, Object.keys(loads).map(plan), servers, {
      ...effort,
      seconds,
    })
    for (const [id, samples] of Object.entries(result.samples)) {
      if (!id.endsWith('new token')) continue
      if (samples.some(({ perSecond }) => perSecond > COLD_PER_SECOND)) {
        throw new Error(`${id}: there were too few tokens.`)
      }
    }
    return result
  },
}
