// Commits turns one after the other and prints the id of each once it is acknowledged.
// Usage: node turn-writer.mjs '{ "store": {…}, "owner": "…", "threadId": "…", "prefix": "…", "count": 1 }'
import { writeSync } from 'node:fs'
import { openStore } from '../../../packages/store/dist/index.js'

const { store: options, owner, threadId, prefix, count } = JSON.parse(process.argv[2])

const message = (id, role) => ({
  id,
  role,
  createdAt: Date.now(),
  content: { format: 2, parts: [{ type: 'text', text: id }], content: id },
})

const store = await openStore(options)
for (let index = 0; index < count; index++) {
  const id = `${prefix}-${index}`
  const messages = [message(`${id}-question`, 'user'), message(`${id}-answer`, 'assistant')]
  await store.memory.commitExchange(owner, { thread: { id: threadId }, messages })
  writeSync(1, `${id}\n`)
}
await store.close()
