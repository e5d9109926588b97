import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signToken } from '../../http/token.mjs'
import { AGENTS } from '../question.mjs'
import { measureSeries, withServers } from '../series.mjs'

const READ = 'agents:read'
/** Short, because a token has at most 8 KiB: those of other applications, which grant nothing here. */
const foreignScope = (index) => index.toString(36).padStart(3, '0')
const ownScope = (index) => `${READ}:${index.toString(36)}`

const KINDS = [
  { kind: 'scopes of others', sizes: [1, 10, 100, 1000], scopeOf: foreignScope },
  { kind: 'grants', sizes: [1, 10, 100, 300], scopeOf: ownScope },
]
/** Several times what the cache of verified tokens holds by default, in its own measure (see `TokenCache`). */
const CACHE_BYTES = 64 * 1024 * 1024
const ENTRY_BYTES = 1024
const BYTES_PER_CHARACTER = 8

function tokenOf(sub, size, scopeOf) {
  const others = Array.from({ length: size - 1 }, (_, index) => scopeOf(index))
  return signToken({ sub, scope: [...others, READ].join(' ') })
}

/** A file of tokens of which none is still in the cache when its turn comes again. */
function coldFile(file, size, scopeOf) {
  const { length } = tokenOf('caller-00000', size, scopeOf)
  const count = Math.ceil(CACHE_BYTES / (ENTRY_BYTES + BYTES_PER_CHARACTER * length))
  const lines = Array.from({ length: count }, (_, index) =>
    tokenOf(`caller-${index}`, size, scopeOf),
  )
  writeFileSync(file, lines.join('\n'))
  return file
}

function plansOf({ kind, sizes, scopeOf }, directory) {
  const pointsOf = (load) => sizes.map((size) => ({ size, server: 'signet', load: load(size) }))
  const warm = (size) => ({ ...AGENTS, token: tokenOf('alice', size, scopeOf) })
  const cold = (size) => {
    const file = join(directory, `${kind.replaceAll(' ', '-')}-${size}.txt`)
    return { ...AGENTS, tokens: coldFile(file, size, scopeOf) }
  }
  return [
    { label: `agents list, by ${kind} in the token, one token`, points: pointsOf(warm) },
    { label: `agents list, by ${kind} in the token, new tokens`, points: pointsOf(cold) },
  ]
}

/** A request with a token that bears so many scopes. */
export const scopes = {
  name: 'scopes',
  async measure({ servers, effort, directory }) {
    const running = new Map([['signet', await servers.startAnew('signet')]])
    const plans = KINDS.flatMap((kind) => plansOf(kind, directory))
    return await withServers(running, () => measureSeries(plans, running, effort))
  },
}
