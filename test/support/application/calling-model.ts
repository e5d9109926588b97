import { readEvents } from './remembering-application.js'
import { createModel, finish, textParts, type TestModel } from './model.js'

/** A call that a model makes. */
export type Call = readonly [id: string, tool: string, input: object]

/** A model that calls these tools at once, then says what came of it. */
export function callingModel(...calls: readonly Call[]): TestModel {
  return createModel(async function* (_options, index) {
    if (index > 0) {
      yield* textParts('Done.')
      yield finish()
      return
    }
    for (const [toolCallId, toolName, input] of calls) {
      yield { type: 'tool-call', toolCallId, toolName, input: JSON.stringify(input) }
    }
    yield finish('tool-calls')
  })
}

/** The status and the code of a response that refuses. */
export function refusalOf({
  status,
  text,
}: {
  readonly status: number
  readonly text: string
}): readonly [number, unknown] {
  return [status, (JSON.parse(text) as { readonly code?: unknown }).code]
}

/** The chunks of a stream. @param text - of its events */
export function chunksOf(
  text: string,
): readonly { readonly type: string; readonly payload: object }[] {
  return readEvents(text)
    .filter((event) => event !== '[DONE]')
    .map((event) => JSON.parse(event) as { readonly type: string; readonly payload: object })
}
