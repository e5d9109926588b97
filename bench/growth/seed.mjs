// Fills stores by their own interface, before a server opens them.
import { ownerKey } from '../../packages/core/dist/index.js'
import { openStore } from '../../packages/store/dist/index.js'

/** Messages in a transaction. */
const BATCH = 1000
/** Revocations and runs that are under way at a time. */
const AT_A_TIME = 64
/** Until a suspended run expires, in milliseconds. */
const TTL_MS = 86_400_000

function messageOf(threadId, index) {
  const text = index % 2 === 0 ? 'Weather in London' : 'It is 21 degrees in London.'
  return {
    id: `${threadId}-${index}`,
    threadId,
    role: index % 2 === 0 ? 'user' : 'assistant',
    createdAt: Date.now(),
    content: { format: 2, parts: [{ type: 'text', text }], content: text },
  }
}

/** Opens a store, fills it, and closes it. @param {import('@signet/store').StoreOptions} options */
export async function withStore(options, fill) {
  const store = await openStore(options)
  try {
    await fill(store)
  } finally {
    await store.close()
  }
}

/** Stores empty threads of an owner, named `<prefix>-<number>`. */
export async function addThreads(store, resourceId, prefix, count) {
  const owner = ownerKey({ resourceId })
  for (let index = 0; index < count; index++) {
    await store.memory.createThread(owner, { id: `${prefix}-${index}` })
  }
}

/** Stores so many messages in a thread that is there. */
export async function addMessages(store, resourceId, threadId, count) {
  const owner = ownerKey({ resourceId })
  for (let start = 0; start < count; start += BATCH) {
    const length = Math.min(BATCH, count - start)
    const messages = Array.from({ length }, (_, index) => messageOf(threadId, start + index))
    await store.memory.saveMessages(owner, messages)
  }
}

/** Revokes what other subjects were given until now. */
export async function addRevocations(store, count) {
  const at = Math.floor(Date.now() / 1000)
  let next = 0
  const append = async () => {
    while (next < count) {
      const subject = `revoked-${next++}`
      await store.revocations.append({ kind: 'subject', issuer: 'local', subject, at })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, append))
}

/** Of whom the suspended runs are, in turn. */
const MANY = 1000

/** What a suspended answer keeps: as much as one question, its steps and its options take. */
const SNAPSHOT = { messages: [{ role: 'user', content: 'x'.repeat(1000) }] }

/**
 * Stores suspended answers of `weather-agent`.
 * @param {{ subject?: string }} [of] - whose all of them are; by default they are of 1,000 owners in turn
 */
export async function addSuspendedRuns(store, count, { subject } = {}) {
  let next = 0
  const create = async () => {
    while (next < count) {
      const index = next++
      const owner = ownerKey({ resourceId: subject ?? `owner-${index % MANY}` })
      const run = { id: `run-${index}`, kind: 'agent', target: 'weather-agent', snapshot: SNAPSHOT }
      await store.runs.create(owner, run, { status: 'suspended', ttlMs: TTL_MS })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, create))
}
