// Serves the Studio and an agent that speaks at once, in Markdown, as many characters as it is asked for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MastraJwtAuth } from '../../packages/auth/dist/index.js'
import { Agent, Mastra, Memory, ownerKey } from '../../packages/core/dist/index.js'
import { createApp, serve } from '../../packages/server/dist/index.js'
import { openStore } from '../../packages/store/dist/index.js'
import { SECRET } from '../http/token.mjs'

const STUDIO_PAGE = new URL('../../packages/studio/dist/page', import.meta.url).pathname
/** How many characters a model says at a time. */
const DELTA = 6

/** A piece of an answer with all that Markdown has. The tests of the Studio have it, too. */
const SECTION = `${readFileSync(new URL('section.md', import.meta.url), 'utf8')}\n`

const WORDS = 'words of one paragraph that goes on and on '
/** What an answer is made of. */
const KINDS = {
  report: (length) => SECTION.repeat(Math.ceil(length / SECTION.length)).slice(0, length),
  code: (length) =>
    `\`\`\`js\n${'const value = compute(1, "two")\n'.repeat(Math.ceil(length / 32)).slice(0, length)}\n\`\`\``,
  paragraph: (length) => WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length),
  table: (length) =>
    `| a | b | c |\n|---|---|---|\n${'| one | two | three |\n'.repeat(Math.ceil(length / 22)).slice(0, length)}`,
  list: (length) => '- an item of a list\n'.repeat(Math.ceil(length / 20)).slice(0, length),
  quotes: (length) => '>'.repeat(length),
}

/** An answer of a kind, with `The end.` as its last words. */
function answerOf(kind, length) {
  return `${KINDS[kind](length - 10)}\n\nThe end.`
}

const USAGE = { inputTokens: { total: 3 }, outputTokens: { total: 5 } }

/** Speaks as the last words ask: a kind and a length; of the kind `endless`, until it is stopped. */
async function* speak(words, signal) {
  const [kind, length] = words.split(' ')
  yield { type: 'text-start', id: '1' }
  const text = kind === 'endless' ? SECTION : answerOf(kind, Number(length))
  for (;;) {
    for (let at = 0; at < text.length; at += DELTA) {
      yield { type: 'text-delta', id: '1', delta: text.slice(at, at + DELTA) }
    }
    await nextTurn()
    signal?.throwIfAborted()
    if (kind !== 'endless') break
  }
  yield { type: 'text-end', id: '1' }
  yield { type: 'finish', usage: USAGE, finishReason: { unified: 'stop', raw: 'stop' } }
}

const model = {
  specificationVersion: 'v3',
  provider: 'bench',
  modelId: 'speaking',
  supportedUrls: {},
  async doGenerate() {
    throw new Error('This model only streams.')
  },
  async doStream({ prompt, abortSignal }) {
    const words = prompt
      .at(-1)
      .content.map((part) => part.text ?? '')
      .join('')
    return { stream: ReadableStream.from(speak(words, abortSignal)) }
  },
}

/** Starts it on a free port, with a store of its own. */
export async function startServer() {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-studio-'))
  const store = await openStore({ directory })
  const auth = new MastraJwtAuth({ secret: SECRET })
  const memory = new Memory({ options: { lastMessages: 2 } })
  const speaker = new Agent({ id: 'speaker', name: 'Speaker', instructions: '', model, memory })
  const limits = { answers: false, requests: false, failures: false }
  const mastra = new Mastra({
    agents: { speaker },
    storage: store.memory,
    server: { auth, limits },
  })
  const app = createApp(mastra, { state: store, studio: STUDIO_PAGE })
  const server = await serve(app.answer, { port: 0 })
  return {
    url: `http://127.0.0.1:${server.port}`,
    token: auth.sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 }),
    /** Makes a thread with so many messages, each answer of so many characters. */
    async fillThread(id, count, length) {
      const owner = ownerKey({ resourceId: 'alice' })
      await store.memory.createThread(owner, { id, title: `${count} messages` })
      const begin = Date.now() - 86_400_000
      const messages = Array.from({ length: count }, (_, index) => {
        const text = index % 2 === 0 ? 'A question' : answerOf('report', length)
        return {
          id: `${id}-${index}`,
          threadId: id,
          role: index % 2 === 0 ? 'user' : 'assistant',
          createdAt: begin + index,
          content: { format: 2, parts: [{ type: 'text', text }], content: text },
        }
      })
      if (count > 0) await store.memory.saveMessages(owner, messages)
    },
    async stop() {
      await server.close(0)
      await app.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
