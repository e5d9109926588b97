import type { Usage } from '@signet/client-js'

const NUMBER = new Intl.NumberFormat('en')

/** A duration in a short form: “84 ms”, “2.4 s”, “1 min 12 s”. */
export function shortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}

/** The cost of an answer, in words; empty where it is not known. @param time - in ms */
export function answerFacts(usage: Usage | undefined, time: number | undefined): readonly string[] {
  const count = (tokens: number | undefined, what: string) =>
    tokens === undefined ? [] : [`${NUMBER.format(tokens)} ${what}`]
  const tokens = [
    ...count(usage?.inputTokens, 'tokens in'),
    ...count(usage?.outputTokens, 'tokens out'),
  ]
  return [...tokens, ...(time === undefined ? [] : [shortDuration(time)])]
}
