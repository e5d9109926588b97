// A program without a person: it has an API key, and asks the clerk for the report of the day.
import { MastraClient, MastraClientError } from '@signet/client-js'

const client = new MastraClient({
  baseUrl: process.env.SIGNET_URL ?? 'http://localhost:4111',
  token: process.env.SIGNET_API_KEY,
})

/** Asks one agent, and prints the answer or the refusal. @param {string} name @param {string} question */
async function report(name, question) {
  try {
    const { text } = await client.getAgent(name).generate(question)
    console.log(`${name}: ${text}`)
  } catch (error) {
    if (!MastraClientError.isInstance(error)) throw error
    console.log(`${name}: ${error.status} ${error.code}: ${error.message}`)
  }
}

await report('clerk', 'Count the orders of today')
await report('archivist', 'How many orders were there last year?')
