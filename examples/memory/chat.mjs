// Asks the planner the questions that it is given, then prints what the server remembers of the caller.
import { MastraClient, MastraClientError } from '@signet/client-js'

const client = new MastraClient({
  baseUrl: process.env.SIGNET_URL ?? 'http://localhost:4111',
  token: process.env.TOKEN,
})
const [agentId, threadId] = ['planner', 'trip']

try {
  for (const question of process.argv.slice(2)) {
    await client.getAgent(agentId).generate(question, { memory: { thread: threadId } })
  }
  const { messages } = await client.getMemoryThread({ threadId, agentId }).listMessages()
  for (const { role, content } of messages) console.log(`${role}: ${content.content}`)
  const { workingMemory } = await client.getWorkingMemory({ agentId, threadId })
  console.log(`notes: ${workingMemory}`)
} catch (error) {
  if (!MastraClientError.isInstance(error)) throw error
  console.log(`${error.status} ${error.code}: ${error.message}`)
}
