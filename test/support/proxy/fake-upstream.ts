import { createPermissions } from '@signet/auth'
import { ownerKey } from '@signet/core'

/** What the upstream of a test holds. Each record is by id. */
interface Holdings {
  /** The owner key of each thread. */
  readonly threads?: Readonly<Record<string, string>>
  /** The owner key of each message. */
  readonly messages?: Readonly<Record<string, string>>
  readonly agents?: Readonly<Record<string, object>>
  /** From keys to ids of agents. */
  readonly keys?: Readonly<Record<string, string>>
  readonly conversations?: Readonly<Record<string, string>>
  /** The conversation of each response. */
  readonly responses?: Readonly<Record<string, string>>
  readonly schedules?: Readonly<Record<string, string>>
  /** What it answers to a request to make something. */
  readonly makes?: { readonly status: number; readonly body: unknown }
}

/** An upstream that answers what the rules of the proxy ask, and remembers what it was asked. */
export interface FakeUpstream {
  readonly asked: string[]
  readonly ask: (path: string) => Promise<Answer>
  /** What it was asked to make, in order. It answers with the id `made`, unless the holdings say otherwise. */
  readonly made: { readonly path: string; readonly body: unknown }[]
  readonly make: (path: string, body: unknown) => Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, id: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, id) ? record[id] : undefined

const found = (value: object | undefined) =>
  value === undefined ? { status: 404, body: { error: 'Not found' } } : { status: 200, body: value }

/** The details of an agent, which hold no id. */
function agentOf({ agents, keys }: Holdings, name: string): object | undefined {
  return own(agents, own(keys, name) ?? name)
}

/** Makes an upstream of what it holds. */
export function fakeUpstream(holdings: Holdings = {}): FakeUpstream {
  const asked: string[] = []
  const made: { readonly path: string; readonly body: unknown }[] = []
  const answer = (url: URL) => {
    const [, , area = '', id = '', below = ''] = url.pathname.split('/').map(decodeURIComponent)
    if (area === 'agents' && id === '') return found(holdings.agents ?? {})
    if (area === 'agents') return found(structuredClone(agentOf(holdings, id)))
    if (area === 'schedules') {
      const resourceId = own(holdings.schedules, id)
      return found(resourceId === undefined ? undefined : { id, resourceId })
    }
    if (area === 'v1') {
      const conversation = own(holdings.conversations, below)
      const response = own(holdings.responses, below)
      if (id === 'responses')
        return found(response === undefined ? undefined : { id: below, conversation_id: response })
      return found(
        conversation === undefined
          ? undefined
          : { id: below, thread: { resourceId: conversation } },
      )
    }
    const threads = Object.entries(holdings.threads ?? {})
    if (below === '') {
      const resource = url.searchParams.get('resourceId')
      return found({
        threads: threads.flatMap(([each, resourceId]) =>
          resourceId === resource ? [{ id: each, resourceId }] : [],
        ),
      })
    }
    if (url.pathname.endsWith('/messages')) {
      const owner = own(holdings.threads, below)
      const messages = Object.entries(holdings.messages ?? {})
      return found({
        messages: messages.flatMap(([each, resourceId]) =>
          resourceId === owner ? [{ id: each, resourceId }] : [],
        ),
        hasMore: false,
      })
    }
    const resourceId = own(holdings.threads, below)
    return found(resourceId === undefined ? undefined : { id: below, resourceId })
  }
  return {
    asked,
    made,
    make: (path, body) => {
      made.push({ path, body })
      return Promise.resolve(holdings.makes ?? { status: 200, body: { id: 'made' } })
    },
    ask: (path) => {
      asked.push(path)
      return Promise.resolve(answer(new URL(path, 'http://upstream.test')))
    },
  }
}

/** A caller of the rules. */
export function callerOf(name: string, grants: readonly string[]) {
  return { ownerKey: ownerKey({ resourceId: name }), permissions: createPermissions(grants) }
}
