import { measureRates } from '../rate-rows.mjs'
import { TOKEN } from '../token.mjs'

/** A group of one row: the same POST to both agents. */
function answerGroup({ name, label, path, words, target }) {
  const load = {
    method: 'POST',
    path: `/api/agents/weatherAgent/${path}`,
    token: TOKEN,
    body: JSON.stringify({ messages: words }),
  }
  const contestants = ['signet', 'original'].map((id) => ({ id, server: id, load }))
  const plan = { label, signet: 'signet', against: { original: 'original' } }
  const targets = target === undefined ? {} : { original: target }
  return {
    name,
    measure: ({ servers, effort }) =>
      measureRates(contestants, [{ ...plan, targets }], servers, effort),
  }
}

const WORDS = 'Weather in London'

/** Whole answers of the agent, of a model that takes no time. */
export const answers = [
  answerGroup({ name: 'generate', label: 'generate', path: 'generate', words: WORDS, target: 12 }),
  answerGroup({
    name: 'tool',
    label: 'generate with a tool call',
    path: 'generate',
    words: `${WORDS}, by your tool`,
  }),
  answerGroup({ name: 'stream', label: 'stream, whole', path: 'stream', words: WORDS, target: 10 }),
]
