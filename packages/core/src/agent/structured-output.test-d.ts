// Checked by the compiler alone: a comment that expects an error fails where there is none.
import { jsonSchema } from 'ai'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { Agent } from './agent.js'
import type { AgentOptions } from './options.js'

const agent = new Agent({ name: 'Guide', instructions: 'Guide.', model: 'signet/rehearsal' })
const takeText = (text: string | undefined): unknown => text
const takeNumber = (value: number | undefined): unknown => value

// The object has the type that the schema makes, of whichever library.
const four = z.object({ city: z.string(), age: z.string().transform(Number) })
const byFour = await agent.generate('Where?', { structuredOutput: { schema: four } })
takeText(byFour.object?.city)
takeNumber(byFour.object?.age)
// @ts-expect-error a text in place of a number
takeNumber(byFour.object?.city)
// @ts-expect-error what the schema takes in place of what it makes
takeText(byFour.object?.age)
// @ts-expect-error a member that the schema does not have
void byFour.object?.town
// @ts-expect-error there may be no object: client tools may have yet to answer
void byFour.object.city

const three = z3.object({ city: z3.string() })
const byThree = await agent.generate('Where?', { structuredOutput: { schema: three } })
takeText(byThree.object?.city)
// @ts-expect-error a text in place of a number, by zod 3
takeNumber(byThree.object?.city)

const sdk = jsonSchema<{ readonly city: string }>({ type: 'object' })
const bySdk = await agent.generate('Where?', { structuredOutput: { schema: sdk } })
takeText(bySdk.object?.city)
// @ts-expect-error a text in place of a number, by the AI SDK
takeNumber(bySdk.object?.city)

interface Standard {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: { readonly city: string } }
  }
}
declare const standard: Standard
const byStandard = await agent.generate('Where?', { structuredOutput: { schema: standard } })
takeText(byStandard.object?.city)
// @ts-expect-error a text in place of a number, by a Standard Schema
takeNumber(byStandard.object?.city)

// A JSON Schema has no type: what it makes is looked at before it is used.
const json = { type: 'object', properties: { city: { type: 'string' } } }
const byJson = await agent.generate('Where?', { structuredOutput: { schema: json } })
const unknownObject: unknown = byJson.object
void unknownObject
// @ts-expect-error a member that was not looked at
void byJson.object?.city

// The same where no object is asked for, and where the options are known only later.
const plain = await agent.generate('Where?')
// @ts-expect-error an object that nobody asked for
takeText(plain.object)
declare const options: AgentOptions
const later = await agent.generate('Where?', options)
// @ts-expect-error an object of any schema
takeText(later.object)

// A stream has it at its end.
const stream = await agent.stream('Where?', { structuredOutput: { schema: four } })
const streamed = await stream.getFullOutput()
takeText(streamed.object?.city)
// @ts-expect-error a text in place of a number, by a stream
takeNumber(streamed.object?.city)

// @ts-expect-error what is no schema
void agent.generate('Where?', { structuredOutput: { schema: 'city' } })
