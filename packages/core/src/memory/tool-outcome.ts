import type { ToolModelMessage } from 'ai'

type ResultPart = Extract<ToolModelMessage['content'][number], { type: 'tool-result' }>

/** What a stored tool call came to; `call` where nobody has answered it. */
export type StoredOutcome =
  | { readonly state: 'call' }
  | { readonly state: 'result'; readonly result: unknown }
  | {
      readonly state: 'output-error'
      /** Why it failed, in the words that the model was told. */
      readonly errorText: string
    }

/** Most characters that are stored of why a tool call failed. */
export const MAX_ERROR_CHARACTERS = 4096

/** The text, cut to what is stored of it; half of a character that takes two is none. */
function cut(text: string): string {
  if (text.length <= MAX_ERROR_CHARACTERS) return text
  return text.slice(0, MAX_ERROR_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')
}

/** The failure that a tool result tells the model of; undefined for a call that did not fail. */
export function readFailure({ output }: ResultPart): StoredOutcome | undefined {
  if (output.type === 'error-text') return { state: 'output-error', errorText: cut(output.value) }
  if (output.type !== 'error-json') return undefined
  const { value } = output
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { state: 'output-error', errorText: cut(text) }
}
