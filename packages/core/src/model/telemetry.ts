/** What a span says of what it covers, by the names of OpenTelemetry's conventions for generative AI. */
export type SpanAttributes = Readonly<Record<string, string | number | string[] | undefined>>

/** What a span covers. */
export type SpanOperation = 'invoke_agent' | 'chat' | 'execute_tool'

/** A part of an answer as a tracing backend is told of it: never what was asked or answered. */
export interface AnswerSpan {
  /**
   * Begins a part of it.
   * @param target - who is called: a model, or a tool
   */
  start(operation: SpanOperation, target: string, attributes: SpanAttributes): AnswerSpan
  /** Runs work in such a way that spans which it begins by itself stand below this one. */
  run<Value>(work: () => Value): Value
  end(outcome: {
    readonly isError: boolean
    readonly attributes?: SpanAttributes | undefined
  }): void
}

/** Is told of agents, and of every call of a model and a tool: who, how long, how many tokens. */
export interface AnswerTracing {
  /** Begins an answer, below what runs now. */
  start(operation: SpanOperation, target: string, attributes: SpanAttributes): AnswerSpan
}

/** On the process, because an application may hold a copy of this package other than its server's. */
const TRACING = Symbol.for('signet.core.tracing')

/** Tells a tracing backend of all answers from now on; undefined tells nobody. */
export function traceAnswers(tracing: AnswerTracing | undefined): void {
  Reflect.set(globalThis, TRACING, tracing)
}

/** Who is to be told of answers. */
export function answerTracing(): AnswerTracing | undefined {
  return Reflect.get(globalThis, TRACING)
}
