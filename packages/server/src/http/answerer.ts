import type { Incoming } from './incoming.js'
import type { Reply } from './reply.js'

/** Where a request came from. */
export interface RequestOrigin {
  /** Of the client's socket; undefined where it is gone already. */
  readonly address: string | undefined
}

/** Answers a request. One that has a `fault` is to be refused with it, and is, whatever an answerer says. */
export type Answerer = (incoming: Incoming, origin: RequestOrigin) => Promise<Reply>
