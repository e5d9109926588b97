import type { IgnoredKey } from './key-set.js'
import type { SecretMeasure } from './secret-measure.js'

/** What the keys of an issuer are. */
export type KeyKind =
  | 'secret'
  | 'public key'
  | 'key set'
  | 'key set URL'
  | 'discovery'
  | 'several sources'

/** Where the keys of an issuer come from, without the keys. */
export interface KeyOrigin {
  readonly kind: KeyKind
  /** The address of the key set, or the issuer whose metadata names it; undefined where nothing is fetched, or from several. */
  readonly url: string | undefined
  /** How many keys there are; undefined where they are fetched. */
  readonly count: number | undefined
  /** Of each secret, in their order; empty where there is none. */
  readonly secrets: readonly SecretMeasure[]
  /** The entries of a key set that are left out; empty where it is fetched. */
  readonly ignored: readonly IgnoredKey[]
  /** Each of several sources, in their order; empty where there is one. */
  readonly sources: readonly KeyOrigin[]
}

/** The origin of keys of a kind, with what is known of it. */
export function keyOrigin(kind: KeyKind, facts: Partial<KeyOrigin>): KeyOrigin {
  return { kind, url: undefined, count: undefined, secrets: [], ignored: [], sources: [], ...facts }
}

/** The origin of keys that come from each of these. */
export function combinedOrigin(sources: readonly KeyOrigin[]): KeyOrigin {
  const counts = sources.map(({ count }) => count ?? Number.NaN)
  const count = counts.reduce((sum, each) => sum + each, 0)
  return keyOrigin('several sources', {
    count: Number.isNaN(count) ? undefined : count,
    secrets: sources.flatMap(({ secrets }) => secrets),
    ignored: sources.flatMap(({ ignored }) => ignored),
    sources,
  })
}
