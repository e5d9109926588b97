import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MastraClient } from '@mastra/client-js'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import type { ProxyConfig } from '../../packages/proxy/dist/index.js'
import { MastraJwtAuth } from '../../packages/auth/dist/index.js'

const SECRET = 'interop-secret-interop-secret-interop-secret'

/** An application of Mastra behind `signet proxy -- node <application>`. */
export interface ProxiedApplication {
  /** Of the proxy. */
  readonly url: string
  /** Of the application itself, which only this machine reaches. */
  readonly application: string
  readonly process: SignetProcess
  stop(): Promise<void>
}

/**
 * Starts an application of `fixtures/behind-proxy` as the documentation says, in an empty folder.
 * @param model - the base URL of its model
 * @param config - what `signet.config.mjs` has. Default: there is none
 */
export async function startProxied(
  name: string,
  model: string,
  config?: Omit<ProxyConfig, 'auth'>,
): Promise<ProxiedApplication> {
  const folder = await mkdtemp(join(tmpdir(), 'signet-proxied-'))
  if (config !== undefined) {
    const text = `export default ${JSON.stringify(config)}\n`
    await writeFile(join(folder, 'signet.config.mjs'), text)
  }
  const file = fileURLToPath(new URL(`../fixtures/behind-proxy/${name}.mjs`, import.meta.url))
  const proxy = new SignetProcess(['proxy', '--port', '0', '--', process.execPath, file], {
    cwd: folder,
    env: { MASTRA_JWT_SECRET: SECRET, MASTRA_TELEMETRY_DISABLED: '1', MODEL_URL: model },
  })
  async function stop(): Promise<void> {
    await proxy.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const [, url = ''] = await proxy.waitFor(/Proxy {8}(http:\S+)/)
    const [, application = ''] = await proxy.waitFor(/Application {2}(http:\S+)/)
    return { url, application, process: proxy, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const auth = new MastraJwtAuth({ secret: SECRET })

/** A token for a proxy that `startProxied` has started. */
export function tokenOf(subject: string, grants: Readonly<Record<string, unknown>>): string {
  return auth.sign({ sub: subject, ...grants }, { expiresInSeconds: 600 })
}

/** The unmodified client, which repeats nothing. */
export function connect(url: string, token?: string): MastraClient {
  const headers: Record<string, string> =
    token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return new MastraClient({ baseUrl: url, retries: 0, headers })
}
