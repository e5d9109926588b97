import type { Exchange } from '../../exchange.js'

/** What part of a request a span covers. */
export type TracedStep = 'gate' | `store ${string}`

/** Tells a tracing backend what a request was made of. Nothing that anybody wrote is told, and no token. */
export interface Tracing {
  /** Runs the answering of a request in a span of its own, which lasts until the whole answer has been sent. */
  request<Value>(exchange: Exchange, work: () => Promise<Value>): Promise<Value>
  /** Runs a part of it in a span below that. */
  step<Value>(name: TracedStep, work: () => Promise<Value>): Promise<Value>
  /** Sends what is left to send, and ends. */
  close(): Promise<void>
}

/** Runs a part of a request, in a span where there is tracing. */
export function traced<Value>(
  tracing: Tracing | undefined,
  name: TracedStep,
  work: () => Promise<Value>,
): Promise<Value> {
  return tracing === undefined ? work() : tracing.step(name, work)
}
