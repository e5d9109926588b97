/** A line of the log. */
export interface LoggedError {
  readonly message: string
  /** Of the refusal, where it is one. */
  readonly code: string | undefined
  /** The error and what caused it, each with its stack. */
  readonly causes: readonly string[]
}

/** What a server that is tried tells of itself. */
export interface ServerFacts {
  readonly kind: 'facts'
  /** In bytes. */
  readonly resident: number
  /** What it logged as an error since it was asked last; the first ones of many. */
  readonly errors: readonly LoggedError[]
}

/** What it tells first. */
export interface ServerReady {
  readonly kind: 'ready'
  readonly port: number
}
