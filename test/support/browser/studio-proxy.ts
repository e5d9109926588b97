import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UpstreamServer, type UpstreamHandler } from '../http/upstream-server.js'
import { SignetProcess } from '../process/signet-process.js'
import { STUDIO_SECRET } from './studio-server.js'

const AGENTS = {
  'weather-agent': {
    name: 'Weather',
    tools: { forecast: { id: 'get-forecast' }, tide: { id: 'get-tide' } },
  },
  'cook-agent': { name: 'Cook', tools: {} },
}
const TOOLS = { forecast: { id: 'get-forecast' }, lonely: { id: 'lonely-tool' } }

/** An application of Mastra, as far as the pages of the Studio reach it. */
const answerAsMastra: UpstreamHandler = (response, { url }) => {
  const [path] = url.split('?')
  const body = { '/api/agents': AGENTS, '/api/tools': TOOLS }[path ?? ''] ?? { ok: true }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** A proxy before an application of Mastra, both for these tests alone. */
export interface StudioProxy {
  /** Of the proxy, without a slash at its end. */
  readonly url: string
  /** The token that the proxy printed, of the role owner. */
  readonly token: string
  readonly upstream: UpstreamServer
  stop(): Promise<void>
}

/** Starts `signet proxy` before an application, as a developer does. */
export async function startStudioProxy(): Promise<StudioProxy> {
  const parent = join(tmpdir(), 'signet-studio')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'proxy-'))
  const upstream = await UpstreamServer.start(answerAsMastra)
  const proxy = new SignetProcess(['proxy', '--port', '0', '--upstream', upstream.url], {
    cwd: folder,
    env: { MASTRA_JWT_SECRET: STUDIO_SECRET },
  })
  const [, url = ''] = await proxy.waitFor(/Proxy {8}(http:\S+)/)
  const [, token = ''] = await proxy.waitFor(/^(eyJ\S+)$/m)
  return {
    url,
    token,
    upstream,
    async stop() {
      await proxy.stop()
      await upstream.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
