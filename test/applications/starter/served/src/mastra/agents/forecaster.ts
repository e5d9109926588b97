import { Agent } from '@mastra/core/agent'
import { Memory } from '@mastra/core/memory'
import { forecast } from '../tools/forecast.js'

export const forecaster = new Agent({
  id: 'forecaster',
  name: 'Forecaster',
  instructions: 'Tell the weather of the place that you are asked about.',
  model: 'signet/rehearsal',
  tools: { forecast },
  memory: new Memory(),
})
