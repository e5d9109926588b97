import { createTool } from '@mastra/core/tools'
import { z } from 'zod'

export const forecast = createTool({
  id: 'forecast',
  description: 'Tells the weather of a place',
  inputSchema: z.object({ place: z.string().describe('Name of the city') }),
  outputSchema: z.object({ degrees: z.number(), sky: z.string() }),
  execute: async ({ place }) => ({ degrees: place.length, sky: 'clear' }),
})
