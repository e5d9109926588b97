import { createStep, createWorkflow } from '@mastra/core/workflows'
import { z } from 'zod'

const place = z.object({ place: z.string() })
const plan = z.object({ plan: z.string() })

const think = createStep({
  id: 'think',
  inputSchema: place,
  outputSchema: plan,
  async execute({ inputData, mastra }) {
    const { text } = await mastra.getAgent('forecaster').generate(`Weather in ${inputData.place}?`)
    return { plan: text }
  },
})

export const planTheDay = createWorkflow({
  id: 'plan-the-day',
  inputSchema: place,
  outputSchema: plan,
})
  .then(think)
  .commit()
