import { once } from 'node:events'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import type { ApiRoute, IMastraAuthProvider } from '@mastra/core/server'
import { InMemoryStore } from '@mastra/core/storage'
import { createNodeServer } from '@mastra/deployer/server'
import { Memory } from '@mastra/memory'
import type { ModelServer } from './model-server.js'

/** A running server of Mastra. */
export interface OriginalServer {
  readonly url: string
  stop(): Promise<void>
}

/** What an application may also be. */
export interface OriginalOptions {
  /** Whether it runs as under `mastra dev`. Default: as under `mastra start`. */
  readonly isDev?: boolean
  /** Whether it has `server.build.openAPIDocs`. Default: no. */
  readonly openAPIDocs?: boolean
  readonly apiRoutes?: ApiRoute[]
}

/**
 * Serves an agent `assistant`, with a memory, as Mastra's own `mastra start` does, on a free port.
 *
 * @param auth - who may call: what an application writes as `server.auth`; undefined for an open one
 */
export async function startOriginal(
  auth: IMastraAuthProvider | undefined,
  model: Pick<ModelServer, 'url'>,
  options: OriginalOptions = {},
): Promise<OriginalServer> {
  const { isDev = false, openAPIDocs = false, apiRoutes = [] } = options
  const assistant = new Agent({
    id: 'assistant',
    name: 'Assistant',
    instructions: 'You answer briefly.',
    model: { id: 'loopback/model', url: model.url, apiKey: 'none' },
    memory: new Memory(),
  })
  const mastra = new Mastra({
    agents: { assistant },
    storage: new InMemoryStore(),
    server: {
      port: 0,
      host: '127.0.0.1',
      build: { openAPIDocs },
      apiRoutes,
      ...(auth !== undefined && { auth }),
    },
  })
  const server = await createNodeServer(mastra, { tools: {}, isDev })
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
