// Asks the assistant, and prints its answer while it comes.
import { MastraClient, MastraClientError } from '@signet/client-js'

const client = new MastraClient({
  baseUrl: process.env.SIGNET_URL ?? 'http://localhost:4111/assistant',
  token: process.env.TOKEN,
})

try {
  for await (const chunk of await client.getAgent('assistant').stream('When are you open?')) {
    if (chunk.type === 'text-delta') process.stdout.write(chunk.payload.text)
  }
  console.log()
} catch (error) {
  if (!MastraClientError.isInstance(error)) throw error
  console.log(`${error.status} ${error.code}: ${error.message}`)
}
