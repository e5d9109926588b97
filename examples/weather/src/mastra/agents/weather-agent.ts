import { Agent } from '@signet/core/agent'
import { Memory } from '@signet/core/memory'
import { weatherTool } from '../tools/weather-tool.js'

export const weatherAgent = new Agent({
  id: 'weather-agent',
  name: 'Weather Agent',
  description: 'Tells the weather of a city.',
  instructions: [
    'You tell people the weather of the place they ask about.',
    'Ask for a place where none is named. Look the weather up with your tool, never from memory.',
    'Name the place and its temperature in °C, then the conditions, in one or two sentences.',
    'Where the tool says that its figures are typical values, say that they are not live weather.',
    'Where the tool finds no such place, say so and ask for another spelling.',
  ].join('\n'),
  // Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { weatherTool },
  memory: new Memory({ options: { lastMessages: 20, workingMemory: { enabled: true } } }),
})
