import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MastraClient } from '@mastra/client-js'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import type { ProxyConfig } from '../../packages/proxy/dist/index.js'
import { MastraJwtAuth } from '../../packages/auth/dist/index.js'

/** What callers of the proxies of these tests are verified with. */
export const SECRET = 'interop-secret-interop-secret-interop-secret'

/** An application of Mastra behind `signet proxy -- node <application>`. */
export interface ProxiedApplication {
  /** Of the proxy. */
  readonly url: string
  /** Of the application itself, which only this machine reaches. */
  readonly application: string
  readonly process: SignetProcess
  stop(): Promise<void>
}

/** What is proxied, and how. */
interface Proxied {
  /** Is removed with the proxy. */
  readonly folder: string
  readonly command: readonly string[]
  /** The base URL of the model. */
  readonly model: string
  /** What `signet.config.mjs` has. Default: there is none. */
  readonly config?: Omit<ProxyConfig, 'auth'> | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

async function startBehind({ folder, command, model, config, env }: Proxied) {
  if (config !== undefined) {
    const text = `export default ${JSON.stringify(config)}\n`
    await writeFile(join(folder, 'signet.config.mjs'), text)
  }
  // A build takes longer than the default on a machine that is busy.
  const flags = ['--port', '0', '--wait', '200']
  const proxy = new SignetProcess(['proxy', ...flags, '--', ...command], {
    cwd: folder,
    env: { ...env, MASTRA_JWT_SECRET: SECRET, MASTRA_TELEMETRY_DISABLED: '1', MODEL_URL: model },
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

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

/** An application that `mastra dev` serves. */
export interface DevelopedApplication extends ProxiedApplication {
  /** Where its sources are. */
  readonly folder: string
}

/**
 * Starts `fixtures/new-application` by the printed line, `signet proxy -- npx mastra dev`, with the packages that are
 * installed here.
 * @param model - the base URL of its model
 * @param config - what `signet.config.mjs` has
 */
export async function startDeveloped(
  model: string,
  config: Omit<ProxyConfig, 'auth'>,
): Promise<DevelopedApplication> {
  const folder = await mkdtemp(join(tmpdir(), 'signet-developed-'))
  await cp(fixture('new-application'), folder, { recursive: true })
  const packages = fileURLToPath(new URL('../node_modules', import.meta.url))
  await symlink(packages, join(folder, 'node_modules'))
  const command = ['npx', '--no-install', 'mastra', 'dev']
  // npm keeps nothing in the home folder of whoever tests.
  const env = { HOME: folder, npm_config_update_notifier: 'false' }
  return { ...(await startBehind({ folder, command, model, config, env })), folder }
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
  const command = [process.execPath, fixture(`behind-proxy/${name}.mjs`)]
  return await startBehind({ folder, command, model, config })
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
