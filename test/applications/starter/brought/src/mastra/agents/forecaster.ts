import { Agent } from '@mastra/core/agent'
import { Memory } from '@mastra/memory'
import { answeredInDegrees } from '../scorers/degrees.js'
import { forecast } from '../tools/forecast.js'

export const forecaster = new Agent({
  id: 'forecaster',
  name: 'Forecaster',
  instructions: 'Tell the weather of the place that you are asked about.',
  model: 'signet/rehearsal',
  tools: { forecast },
  memory: new Memory(),
  scorers: { degrees: { scorer: answeredInDegrees, sampling: { type: 'ratio', rate: 1 } } },
})
