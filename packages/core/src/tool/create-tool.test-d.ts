// Checked by the compiler alone: a comment that expects an error fails where there is none.
import { jsonSchema } from 'ai'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { createTool } from './create-tool.js'

const common = { id: 'look', description: 'Looks' }
const lengthOf = ({ city }: { readonly city: string }) => city.length

// What the work gets has the type that the schema makes, of whichever library.
createTool({ ...common, inputSchema: z.object({ city: z.string() }), execute: lengthOf })
createTool({ ...common, inputSchema: z3.object({ city: z3.string() }), execute: lengthOf })
createTool({ ...common, inputSchema: jsonSchema<{ city: string }>({}), execute: lengthOf })
// @ts-expect-error a number in place of a text
createTool({ ...common, inputSchema: z.object({ city: z.number() }), execute: lengthOf })
// @ts-expect-error a number in place of a text, by zod 3
createTool({ ...common, inputSchema: z3.object({ city: z3.number() }), execute: lengthOf })
// @ts-expect-error a number in place of a text, by the AI SDK
createTool({ ...common, inputSchema: jsonSchema<{ city: number }>({}), execute: lengthOf })

// A JSON Schema has no type: members are looked at before they are used.
const properties = { city: { type: 'string' } }
createTool({
  ...common,
  inputSchema: { type: 'object', properties },
  execute: ({ city }) => String(city).length,
})
// @ts-expect-error a member that was not looked at
createTool({ ...common, inputSchema: { type: 'object', properties }, execute: lengthOf })

// What the work returns has the type that the schema takes.
createTool({ ...common, outputSchema: z3.object({ n: z3.number() }), execute: () => ({ n: 1 }) })
// @ts-expect-error a text in place of a number
createTool({ ...common, outputSchema: z3.object({ n: z3.number() }), execute: () => ({ n: '1' }) })
// @ts-expect-error no schema at all
createTool({ ...common, inputSchema: 'city', execute: () => 1 })

// What suspends a call, and what resumes it, have the types of their schemas.
const asks = {
  ...common,
  suspendSchema: z.object({ question: z.string() }),
  resumeSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ n: z.number() }),
}
createTool({
  ...asks,
  async execute(_input, context) {
    const { resumeData: { city } = {}, suspend } = context.agent ?? {}
    if (city === undefined) return suspend?.({ question: 'Which city?' })
    return { n: city.length }
  },
})
createTool({
  ...asks,
  async execute(_input, { resumeData, suspend, suspendPayload }) {
    if (resumeData !== undefined) return { n: resumeData.city.length + 1 }
    await suspend?.({ question: suspendPayload?.question ?? 'Which city?' })
    return undefined
  },
})
// @ts-expect-error what the tool asks for has another form
createTool({ ...asks, execute: (_input, { agent }) => agent?.suspend({ question: 4 }) })
// @ts-expect-error what resumes a call has no such member
createTool({ ...asks, execute: (_, { resumeData }) => ({ n: resumeData?.town ?? 1 }) })
// @ts-expect-error options of Mastra, which are not served
createTool({ ...asks, execute: (_input, { agent }) => agent?.suspend({ question: '' }, {}) })
const returnsNothing = { ...common, outputSchema: z.object({ n: z.number() }) }
// @ts-expect-error nothing, from a tool that does not suspend
createTool({ ...returnsNothing, execute: () => undefined })
// Without a schema it is anything, and looked at before it is used.
createTool({ ...common, execute: (_input, { agent }) => agent?.suspend({ anything: 1 }) })
