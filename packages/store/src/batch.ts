const BATCH_SIZE = 500

/** The same values in groups that fit into one statement each. */
export function* batches<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += BATCH_SIZE) {
    yield values.slice(start, start + BATCH_SIZE)
  }
}
