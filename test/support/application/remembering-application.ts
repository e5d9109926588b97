import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Claims } from '@signet/auth'
import {
  Agent,
  createTool,
  Mastra,
  Memory,
  type AgentConfig,
  type Logger,
  type MemoryStorage,
  type ServerConfig,
  type Tool,
  type ToolContext,
} from '@signet/core'
import { createApp, serve, type App, type AppOptions, type RunningServer } from '@signet/server'
import { openStore, type Store } from '@signet/store'
import { afterEach } from 'vitest'
import { z } from 'zod'
import {
  createLogRecorder,
  createTestAuth,
  INSTRUCTIONS,
  makeRequest,
  type LogLine,
  type TestRequest,
} from './application.js'
import { textModel, type TestModel } from './model.js'
import { RawClient } from '../http/raw-client.js'

/** How an application differs from the usual one. */
export interface RememberingOptions {
  readonly model?: TestModel
  /** Replaces members of the agent. */
  readonly agent?: Partial<AgentConfig>
  /** Tools of the application beside those of the agent. */
  readonly tools?: Readonly<Record<string, Tool>>
  readonly server?: ServerConfig
  readonly app?: AppOptions
  readonly logger?: Logger
  /** Stands between the application and its storage. */
  readonly wrap?: (storage: MemoryStorage) => MemoryStorage
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  /** The code of a refusal. */
  readonly code: unknown
  /** The JSON of the answer; undefined where it is none. */
  readonly body: unknown
  readonly text: string
  readonly headers: Headers
}

/** An application over HTTP. */
interface ServedApplication {
  readonly server: RunningServer
  readonly url: string
  connect(): RawClient
}

/** An application that remembers, and what happened in it. */
export interface RememberingApplication {
  readonly app: App
  readonly model: TestModel
  readonly log: readonly LogLine[]
  /** What the tool `get-weather` was called with. */
  readonly contexts: readonly ToolContext[]
  ask(path: string, request?: TestRequest): Promise<Answer>
  serve(): Promise<ServedApplication>
}

/** Paths that tests ask for. */
export const GENERATE = '/api/agents/weather-agent/generate'
export const STREAM = '/api/agents/weather-agent/stream'
export const EXECUTE = '/api/tools/get-weather/execute'

/** A token that is good for an hour. */
export function tokenFor(subject: string, claims: Claims = { role: 'member' }): string {
  return createTestAuth().sign({ sub: subject, ...claims }, { expiresInSeconds: 3600 })
}

/** The signature is another one. */
export function forge(token: string): string {
  const last = token.at(-5) === 'A' ? 'B' : 'A'
  return token.slice(0, -5) + last + token.slice(-4)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads an answer to its end. */
async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const body = readJson(text)
  const code: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined
  return { status: response.status, code, body, text, headers: response.headers }
}

/** What stands in the `data:` lines of a stream, in order. */
export function readEvents(text: string): string[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
}

/** The types of the chunks of a stream; `[DONE]` is its own. */
export function chunkTypes(text: string): unknown[] {
  return readEvents(text).map((event) =>
    event === '[DONE]' ? event : (JSON.parse(event) as { type: unknown }).type,
  )
}

function createWeatherTool(contexts: ToolContext[]): Tool {
  return createTool({
    id: 'get-weather',
    description: 'Tells the weather of a place',
    inputSchema: z.object({ place: z.string().min(1) }),
    async execute(_input, context) {
      contexts.push(context)
      return { degrees: 21 }
    },
  })
}

/**
 * Lets the tests of a file make applications with one agent, `weather-agent`, that remembers in a
 * libsql file. After each test its servers, connections and files are gone.
 */
export function useApplications(): (
  options?: RememberingOptions,
) => Promise<RememberingApplication> {
  const directories: string[] = []
  const stores: Store[] = []
  const servers: RunningServer[] = []
  const clients: RawClient[] = []

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    await Promise.all(servers.splice(0).map((server) => server.close(0)))
    await Promise.all(stores.splice(0).map((store) => store.close()))
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
  })

  return async (options = {}) => {
    const { model = textModel(), wrap = (storage) => storage } = options
    const directory = mkdtempSync(join(tmpdir(), 'signet-weakness-'))
    directories.push(directory)
    const store = await openStore({ directory })
    stores.push(store)
    const recorder = createLogRecorder()
    const contexts: ToolContext[] = []
    const weatherAgent = new Agent({
      id: 'weather-agent',
      name: 'Weather Agent',
      instructions: INSTRUCTIONS,
      model,
      tools: { weatherTool: createWeatherTool(contexts) },
      memory: new Memory({ options: { workingMemory: { enabled: true } } }),
      ...options.agent,
    })
    const mastra = new Mastra({
      agents: { weatherAgent },
      tools: options.tools,
      storage: wrap(store.memory),
      server: { auth: createTestAuth(), ...options.server },
      logger: options.logger ?? recorder.logger,
    })
    const app = createApp(mastra, options.app)
    return {
      app,
      model,
      log: recorder.lines,
      contexts,
      ask: async (path, request) => readAnswer(await app.fetch(makeRequest(path, request))),
      async serve() {
        const server = await serve(app.answer, { port: 0 })
        servers.push(server)
        return {
          server,
          url: `http://127.0.0.1:${server.port}`,
          connect() {
            const client = new RawClient(server.port)
            clients.push(client)
            return client
          },
        }
      },
    }
  }
}
