/** How much there may be of one thing in a workflow and in its runs. */
export const WORKFLOW_LIMITS: Readonly<
  Record<
    | 'nodes'
    | 'nesting'
    | 'items'
    | 'iterations'
    | 'retries'
    | 'delayMs'
    | 'sleepMs'
    | 'waitMs'
    | 'valueBytes'
    | 'valueDepth'
    | 'runBytes'
    | 'unreadChunks'
    | 'unreadCharacters'
    | 'idCharacters'
    | 'labels',
    number
  >
> = Object.freeze({
  /** Steps, conditions and sleeps of one workflow, those of nested workflows apart. */
  nodes: 1000,
  /** Workflows inside each other, the outermost included. */
  nesting: 16,
  /** Items of one `foreach`. */
  items: 10_000,
  /** Iterations of one loop. */
  iterations: 10_000,
  /** Repeated attempts of one step. */
  retries: 100,
  /** Milliseconds between two attempts: an hour. */
  delayMs: 3_600_000,
  /** Milliseconds of one sleep: 366 days. */
  sleepMs: 31_622_400_000,
  /** Milliseconds that a run in a storage waits for its start, or for somebody: 30 days. */
  waitMs: 2_592_000_000,
  /** Bytes of JSON of one value: an input, an output, a payload, the state. */
  valueBytes: 4 * 1024 * 1024,
  /** Lists and objects inside each other, in one value. */
  valueDepth: 100,
  /** Bytes of JSON of all that one run keeps. */
  runBytes: 16 * 1024 * 1024,
  /** Chunks that nobody has read yet, in one stream. */
  unreadChunks: 10_000,
  /** Characters of JSON that nobody has read yet, in one stream. */
  unreadCharacters: 16_000_000,
  /** Characters of the id of a step. */
  idCharacters: 128,
  /** Labels of one suspension. */
  labels: 16,
})
