import { Agent } from '@signet/core/agent'
import { createTool } from '@signet/core/tools'
import { z } from 'zod'

export const OPENING_HOURS = 'Monday to Friday, 9 to 17'

const openingHours = createTool({
  id: 'opening-hours',
  description: 'Tells when the helpdesk is open.',
  inputSchema: z.object({}),
  outputSchema: z.object({ open: z.string() }),
  execute: async () => ({ open: OPENING_HOURS }),
})

export const helpdesk = new Agent({
  id: 'helpdesk',
  name: 'Helpdesk',
  instructions:
    'You answer questions about the helpdesk. Use your tool, and answer in one sentence.',
  // Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
  model: process.env.MODEL || 'signet/rehearsal',
  tools: { openingHours },
})
