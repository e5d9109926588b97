import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Permission } from '@signet/auth'
import { Agent, Mastra, Memory, type MemoryOptions } from '@signet/core'
import { openStore } from '@signet/store'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { createApp, type App } from '../../../packages/server/src/app.js'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  type LogLine,
  type TestRequest,
} from './application.js'
import { textModel } from './model.js'

/** What a test asks for, and as whom. */
export interface MemoryTestRequest extends TestRequest {
  /** The subject of the token. Default: `alice`. */
  readonly as?: string
  /** Exactly these permissions. Default: those of a member, who has all on their own memory. */
  readonly permissions?: readonly Permission[]
}

/** An application that remembers, with a clock that stands still. */
export interface MemoryApplication {
  readonly app: App
  ask(path: string, options?: MemoryTestRequest): Promise<Response>
  /** The JSON of an answer that is good. */
  read(path: string, options?: MemoryTestRequest): Promise<unknown>
  /** Creates a thread. */
  createThread(id: string, facts?: object, as?: string): Promise<unknown>
  /** Saves messages of a user whose ids are their texts. */
  saveTexts(threadId: string, texts: readonly string[], as?: string): Promise<unknown>
}

/** When each test begins. */
export const START = '2030-01-01T00:00:00.000Z'

/** The time so many seconds after the start. */
export function secondsLater(seconds: number): string {
  return new Date(Date.parse(START) + seconds * 1000).toISOString()
}

/** Sets the clock to so many seconds after the start. */
export function setClock(seconds: number): void {
  vi.setSystemTime(secondsLater(seconds))
}

/** What agents with a working memory keep in mind while nothing is known. */
export const TEMPLATE = '# About the user'

/**
 * `notes-agent` (key `notesAgent`) has a working memory of its caller, `thread-agent` (key `threadAgent`)
 * one of each thread, `plain-agent` a memory without, and `forgetful-agent` none.
 */
function createAgents(): Record<string, Agent> {
  const agent = (id: string, memory?: Memory) =>
    new Agent({ id, name: id, instructions: 'Be brief.', model: textModel(), memory })
  const notes: MemoryOptions = {
    lastMessages: 7,
    workingMemory: { enabled: true, template: TEMPLATE },
  }
  const ofThread: MemoryOptions = {
    lastMessages: false,
    generateTitle: true,
    workingMemory: { enabled: true, scope: 'thread', template: TEMPLATE },
  }
  return {
    notesAgent: agent('notes-agent', new Memory({ options: notes })),
    threadAgent: agent('thread-agent', new Memory({ options: ofThread })),
    plainAgent: agent('plain-agent', new Memory()),
    forgetfulAgent: agent('forgetful-agent'),
  }
}

/** A token of a subject, with these permissions or as a member. */
function tokenFor(sub: string, permissions: readonly Permission[] | undefined): string {
  const grants = permissions === undefined ? { role: 'member' } : { permissions }
  return createTestAuth().sign({ sub, ...grants }, { expiresInSeconds: 3600 })
}

/**
 * Serves an application with a store in a new folder to each test of the file, or one to all of them.
 * After each test nothing that it sent must have left an error in the log, and at last all is removed.
 */
export function useMemoryApplication(scope: 'test' | 'file' = 'test'): MemoryApplication {
  let app: App | undefined
  let log: readonly LogLine[] = []
  let close: () => Promise<void>

  const [before, after] = scope === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll]
  before(async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(START)
    const directory = mkdtempSync(join(tmpdir(), 'signet-memory-'))
    const store = await openStore({ directory })
    close = async () => {
      await store.close()
      rmSync(directory, { recursive: true })
    }
    const { logger, lines } = createLogRecorder()
    log = lines
    const server = { auth: createTestAuth() }
    app = createApp(new Mastra({ agents: createAgents(), storage: store.memory, server, logger }))
  })
  after(async () => {
    await close()
    vi.useRealTimers()
  })
  afterEach(() => {
    expect(log.filter(({ level }) => level === 'error')).toStrictEqual([])
  })

  function current(): App {
    if (app === undefined) throw new Error('There is an application only in a test.')
    return app
  }

  async function ask(path: string, options: MemoryTestRequest = {}): Promise<Response> {
    const { as = 'alice', permissions, token = tokenFor(as, permissions), ...request } = options
    return await current().fetch(makeRequest(path, { ...request, token }))
  }

  async function read(path: string, options?: MemoryTestRequest): Promise<unknown> {
    const response = await ask(path, options)
    const body: unknown = await response.json()
    expect({ status: response.status, body }).toMatchObject({ status: 200 })
    return body
  }

  return {
    get app() {
      return current()
    },
    ask,
    read,
    createThread: (threadId, facts, as) =>
      read('/api/memory/threads', { as, json: { threadId, ...facts } }),
    saveTexts: (threadId, texts, as) => {
      const messages = texts.map((id) => ({ id, role: 'user', threadId, content: id }))
      return read('/api/memory/save-messages', { as, json: { messages } })
    },
  }
}

/** An answer without what differs from request to request. */
export async function stableAnswer(response: Response): Promise<{ status: number; body: unknown }> {
  const body: unknown = await response.json()
  return { status: response.status, body: { ...Object(body), requestId: undefined } as unknown }
}

/** The ids of the threads or messages of an answer. */
export function idsOf(answer: unknown, name: 'threads' | 'messages' | 'results'): string[] {
  const list: unknown = Reflect.get(Object(answer), name)
  return (list as readonly { readonly id: string }[]).map(({ id }) => id)
}

/** A query of these parameters, encoded. */
export function queryOf(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}
