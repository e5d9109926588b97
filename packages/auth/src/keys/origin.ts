import type { IgnoredKey } from './key-set.js'
import type { SecretMeasure } from './secret-measure.js'

/** What the keys of an issuer are. */
export type KeyKind = 'secret' | 'public key' | 'key set' | 'key set URL' | 'discovery'

/** Where the keys of an issuer come from, without the keys. */
export interface KeyOrigin {
  readonly kind: KeyKind
  /** The address of the key set, or the issuer whose metadata names it; undefined where nothing is fetched. */
  readonly url: string | undefined
  /** How many keys there are; undefined where they are fetched. */
  readonly count: number | undefined
  /** Of each secret, in their order; empty where there is none. */
  readonly secrets: readonly SecretMeasure[]
  /** The entries of a key set that are left out; empty where it is fetched. */
  readonly ignored: readonly IgnoredKey[]
}

/** The origin of keys of a kind, with what is known of it. */
export function keyOrigin(kind: KeyKind, facts: Partial<KeyOrigin>): KeyOrigin {
  return { kind, url: undefined, count: undefined, secrets: [], ignored: [], ...facts }
}
