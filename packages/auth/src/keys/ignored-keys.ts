import type { IgnoredKey } from './key-set.js'

/** How many entries are told of one by one, and how much of a `kid`, which is whatever somebody wrote. */
const MAX_TOLD = 5
const MAX_QUOTED = 64

/** Says of entries of a key set why they are left out, of the first ones one by one. */
export function ignoredWords(ignored: readonly IgnoredKey[]): string {
  const told = ignored.slice(0, MAX_TOLD).map(({ keyId, reason }) => {
    const name = keyId === undefined ? 'without kid' : JSON.stringify(keyId.slice(0, MAX_QUOTED))
    return `${name}: ${reason}`
  })
  const rest = ignored.length - told.length
  return [...told, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' ')
}
