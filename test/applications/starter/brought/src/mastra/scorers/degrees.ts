import { createScorer } from '@mastra/core/evals'

export const answeredInDegrees = createScorer({
  id: 'degrees',
  description: 'Whether an answer names degrees',
}).generateScore(({ run }) => (JSON.stringify(run.output).includes('degrees') ? 1 : 0))
