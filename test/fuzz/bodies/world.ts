import type { NameRef } from '@signet/test-support/http/schema-value'
import { Violation } from '../fuzzer.js'
import { KNOWN_NAMES } from '@signet/test-support/application/route-application'
import { signToken } from './application.js'
import { sendCall, type CallAnswer } from './send-call.js'

/** Whose threads there are. Both know the names of the other. */
const SUBJECTS = ['alice.7f3c', 'bob.9e41'] as const
/** Which of them. */
export type Who = 0 | 1

/** Ids that both make up, so that they clash. */
const COMMON = ['shared-1', 'shared/2 ü']
/** How many of the ids that were seen are named again. */
const KEPT_NAMES = 4

type Kind = 'thread' | 'message' | 'run' | 'key'

/** What an id in an answer is the id of. */
function kindOf(name: string, holder: object): Kind | undefined {
  if (name === 'threadId') return 'thread'
  if (name === 'runId') return 'run'
  if (name !== 'id') return undefined
  if ('updatedAt' in holder) return 'thread'
  if ('role' in holder) return 'message'
  return 'key' in holder ? 'key' : undefined
}

/** Two owners of one issuer, what each has stored, and the ids that they have seen. */
export class World {
  readonly #issuer: string
  readonly #port: () => number
  readonly #known: readonly [Record<Kind, string[]>, Record<Kind, string[]>]
  #requests = 0

  constructor(issuer: string, port: () => number) {
    this.#issuer = issuer
    this.#port = port
    const nothing = () => ({ thread: [], message: [], run: [], key: [] })
    this.#known = [nothing(), nothing()]
  }

  /** Stands in everything that one of them has stored, and in no request of anybody else. */
  canary(who: Who): string {
    return `canary-${this.#issuer}-${SUBJECTS[who]}-`
  }

  /** Whether an answer to somebody has what somebody else has stored, in this world or another. */
  foreignCanary(text: string, who: Who | undefined): string | undefined {
    const own = who === undefined ? undefined : this.canary(who)
    return [...text.matchAll(/canary-[\w.-]*-/g)]
      .map(([found]) => found)
      .find((found) => own === undefined || !found.startsWith(own))
  }

  token(who: Who, permissions: readonly string[]): string {
    const tokenId = `${this.#requests++}`
    return signToken({ issuer: this.#issuer, subject: SUBJECTS[who], permissions, tokenId })
  }

  /** Stores what nobody but its owner may see. @throws {Violation} where that cannot be stored or read */
  async plant(): Promise<void> {
    for (const who of [0, 1] as const) {
      const canary = this.canary(who)
      const thread = `planted-${who}`
      const message = { id: `planted-${who}`, role: 'user', threadId: thread, content: canary }
      const metadata = { note: canary }
      await this.#must(who, 'POST', '/api/memory/threads', {
        threadId: thread,
        title: canary,
        metadata,
      })
      await this.#must(who, 'POST', '/api/memory/save-messages', { messages: [message] })
      await this.#must(who, 'POST', '/api/agents/note-keeper/generate', {
        messages: `Note ${canary}`,
        memory: { thread },
      })
      const { text } = await this.#must(who, 'GET', `/api/memory/threads/${thread}/messages`)
      if (!text.includes(canary))
        throw new Violation('an owner reads what they have stored', { text })
      this.#known[who].thread.push(thread)
      this.#known[who].message.push(message.id)
    }
  }

  async #must(who: Who, method: string, path: string, json?: object): Promise<CallAnswer> {
    const answer = await sendCall(this.#port(), {
      method,
      path,
      headers: {
        authorization: `Bearer ${this.token(who, ['*'])}`,
        'content-type': 'application/json',
      },
      body: json === undefined ? undefined : Buffer.from(JSON.stringify(json)),
    })
    if (answer.status < 300) return answer
    throw new Violation('an owner can store', { path, json, ...answer })
  }

  /** Keeps the ids that an answer shows. */
  learn(who: Who, value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') this.learn(who, member)
      else {
        const kind = kindOf(name, value)
        if (kind !== undefined) this.#known[who][kind].push(member)
      }
    }
  }

  /** An own name, one of the other, a common one or one of nothing; of agents and tools, one that is there. */
  choose(who: Who, { name, choice }: NameRef): string {
    const fixed = name.startsWith('resource') ? SUBJECTS : KNOWN_NAMES[name]
    if (fixed !== undefined) return fixed[choice % fixed.length] ?? ''
    const [own, other] = [this.#known[who], this.#known[who === 0 ? 1 : 0]]
    if (name === 'keyId') return own.key.at(choice % Math.max(own.key.length, 1)) ?? 'nothing'
    const kind = /thread/i.test(name) ? 'thread' : /message/i.test(name) ? 'message' : 'run'
    const lists = [own[kind], own[kind], other[kind], COMMON]
    const list = lists[choice % lists.length] ?? []
    const names = list.length === 0 ? COMMON : [...list.slice(0, 1), ...list.slice(-KEPT_NAMES)]
    return names[Math.floor(choice / lists.length) % names.length] ?? ''
  }
}
