// Asks the two servers in turn, four times, and then reads the thread of the caller on each of them.
import { MastraClient, MastraClientError } from '@signet/client-js'

const [agentId, threadId] = ['clerk', 'orders']
const servers = process.argv.slice(2).map((baseUrl) => ({
  baseUrl,
  client: new MastraClient({ baseUrl, token: process.env.TOKEN }),
}))

/** Prints what a call comes to, or how it is refused. @param {string} baseUrl @param {() => Promise<string>} call */
async function show(baseUrl, call) {
  try {
    console.log(`${baseUrl} ${await call()}`)
  } catch (error) {
    if (!MastraClientError.isInstance(error)) throw error
    console.log(`${baseUrl} ${error.status} ${error.code}`)
  }
}

for (const { baseUrl, client } of [...servers, ...servers]) {
  await show(baseUrl, async () => {
    const memory = { thread: threadId }
    const { text } = await client.getAgent(agentId).generate('Count the orders', { memory })
    return `answers: ${text}`
  })
}
for (const { baseUrl, client } of servers) {
  await show(baseUrl, async () => {
    const { total } = await client.getMemoryThread({ threadId, agentId }).listMessages()
    return `has ${total} messages in the thread`
  })
}
