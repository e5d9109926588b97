import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask, startServer } from './server-process.mjs'
import { TOKEN } from './token.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const node = (file) => () => [process.execPath, path(file)]

function signetCommand(port) {
  const command = path('../../packages/cli/bin/signet.js')
  const flags = ['--dir', path('../application'), '--host', '127.0.0.1', '--drain', '0']
  return [process.execPath, command, 'start', ...flags, '--port', `${port}`]
}

function proxyCommand(port, upstream) {
  const command = path('../../packages/cli/bin/signet.js')
  const flags = ['--dir', path('../proxy'), '--host', '127.0.0.1', '--port', `${port}`]
  const secret = ['--upstream-secret', 'MASTRA_JWT_SECRET']
  return [process.execPath, command, 'proxy', ...flags, '--upstream', upstream, ...secret]
}

const signet = { command: signetCommand, probe: '/api/agents', token: TOKEN }
const original = { command: node('../peers/original.mjs'), probe: '/api/agents', token: TOKEN }
const proxy = {
  command: proxyCommand,
  probe: '/api/agents',
  token: TOKEN,
  upstream: 'original',
}
/** What any process between a client and the original costs. */
const forwarder = {
  command: (_port, upstream) => [process.execPath, path('../peers/forwarder.mjs'), upstream],
  probe: '/api/agents',
  token: TOKEN,
  upstream: 'original',
}
const peer = (file) => ({ command: node(file), probe: '/open', needsAnswer: true })

/** Every server that is measured, by name. */
const PLANS = {
  signet,
  'signet, no audit': { ...signet, environment: { BENCH_AUDIT: 'off' } },
  'signet, open': { ...signet, token: undefined, environment: { BENCH_AUTH: 'off' } },
  'signet, memory': { ...signet, environment: { BENCH_MEMORY: 'on' } },
  original,
  'original, open': { ...original, token: undefined, environment: { BENCH_AUTH: 'off' } },
  proxy,
  // Who asks one question at a time waits while it is answered: so the proxy has a core, and the original another one, as
  // on a machine with a core for each. On one core, it would pass the first chunk on once the whole answer is made.
  'proxy, own core': { ...proxy, core: 'load' },
  'forwarder, own core': { ...forwarder, core: 'load' },
  'original, memory': { ...original, environment: { BENCH_MEMORY: 'on' } },
  'node:http': peer('../peers/node-http.mjs'),
  hono: peer('../peers/hono.mjs'),
  fastify: peer('../peers/fastify.mjs'),
}

/**
 * Starts servers when they are first asked for, and keeps them.
 * @param {string} directory - temporary, for logs and data
 */
export function createServers(directory) {
  const running = new Map()

  /** Starts one more of a kind, with a folder of its own for its data. */
  async function startAnew(name, environment = {}) {
    const { needsAnswer = false, upstream, command, ...plan } = PLANS[name]
    const upstreamUrl = upstream === undefined ? undefined : (await get(upstream)).url
    const home = mkdtempSync(join(directory, 'server-'))
    mkdirSync(join(home, 'data'))
    const all = {
      ...plan.environment,
      SIGNET_DATA_DIR: join(home, 'data'),
      BENCH_DIRECTORY: home,
      ...(needsAnswer && { BENCH_ANSWER: await answerFile() }),
      ...environment,
    }
    return await startServer(
      {
        name: name.replaceAll(/\W+/g, '-'),
        ...plan,
        command: (port) => command(port, upstreamUrl),
        environment: all,
      },
      home,
    )
  }

  /** Signet's list of agents, in a file. */
  async function answerFile() {
    const file = join(directory, 'answer.json')
    const { url } = await get('signet')
    const { text } = await ask(`${url}/api/agents`, { token: TOKEN })
    writeFileSync(file, text)
    return file
  }

  async function get(name) {
    if (!running.has(name)) running.set(name, await startAnew(name))
    return running.get(name)
  }

  return { get, startAnew }
}
