import { createHash } from 'node:crypto'

/** The seed of a part of a run: the same whenever the run's seed and the part's name are. */
export function seedOf(seed: number, ...names: readonly (string | number)[]): number {
  return createHash('sha256')
    .update([seed, ...names].join('/'))
    .digest()
    .readInt32LE()
}
