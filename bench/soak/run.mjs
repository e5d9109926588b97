// npm run bench:soak [-- minutes]: mixed load on one server of the example, for ten minutes, and how its memory grows.
// Callers ask, stream, leave in mid-stream, read their threads, send garbage and wait for nobody.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MastraJwtAuth } from '../../packages/auth/dist/index.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRET = 'the secret of a soak test, which nothing else uses'
const minutes = Number(process.argv[2] ?? 10)
const CALLERS = 8
const SAMPLE_MS = 15_000

const auth = new MastraJwtAuth({ secret: SECRET })
const sign = (sub) => auth.sign({ sub, role: 'member' }, { expiresInSeconds: 7200 })

/** Copies the fixture, so that its store is the test's own. */
function makeProject() {
  mkdirSync(join(ROOT, '.signet'), { recursive: true })
  const directory = mkdtempSync(join(ROOT, '.signet', 'soak-'))
  cpSync(join(ROOT, 'test', 'fixtures', 'instances'), directory, { recursive: true })
  return directory
}

async function startServer(directory) {
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'packages', 'cli', 'bin', 'signet.js'),
      'start',
      '--dir',
      directory,
      '--port',
      '0',
      '--host',
      '127.0.0.1',
      '--drain',
      '0',
    ],
    {
      env: {
        PATH: process.env.PATH,
        MASTRA_JWT_SECRET: SECRET,
        SERVER: JSON.stringify({ limits: { answers: false, requests: false } }),
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let rest = ''
  const port = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`signet ended with ${code}: ${rest}`)))
    child.stderr.on('data', (data) => {
      rest = (rest + data).slice(-100_000)
      const line = rest.split('\n').find((each) => each.includes('The server is ready.'))
      if (line !== undefined) resolve(JSON.parse(line).port)
    })
  })
  child.stderr.removeAllListeners('data').resume()
  return { child, url: `http://127.0.0.1:${port}` }
}

/** Resident memory in MB, as the kernel counts it. */
function residentMegabytes(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

const counts = {}
const count = (name) => (counts[name] = (counts[name] ?? 0) + 1)

async function call(url, path, { token, body, signal } = {}) {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
    signal,
  })
  return response
}

async function leaveInMidStream(url, token, thread) {
  const controller = new AbortController()
  const body = { messages: 'Echo the word half', memory: { thread } }
  const response = await call(url, '/api/agents/clerk/stream', {
    token,
    body,
    signal: controller.signal,
  })
  await response.body.getReader().read()
  controller.abort()
  return 'left'
}

/** What a caller may do next; each resolves to what became of it. */
const ACTIONS = [
  async (url, token) => (await call(url, '/api/agents', { token }).then(drain)).status,
  async (url, token, thread) =>
    (
      await call(url, '/api/agents/clerk/generate', {
        token,
        body: { messages: 'Echo the word marzipan', memory: { thread } },
      }).then(drain)
    ).status,
  async (url, token, thread) =>
    (
      await call(url, '/api/agents/clerk/stream', {
        token,
        body: { messages: 'Echo the word stream', memory: { thread } },
      }).then(drain)
    ).status,
  leaveInMidStream,
  async (url, token, thread) =>
    (await call(url, `/api/memory/threads/${thread}/messages`, { token }).then(drain)).status,
  async (url) => (await call(url, '/api/agents', { token: garbage() }).then(drain)).status,
  async (url) => (await call(url, '/api/none').then(drain)).status,
]

function garbage() {
  return `${sign(`nobody ${Math.random()}`).slice(0, -4)}AAAA`
}

async function drain(response) {
  await response.arrayBuffer()
  return response
}

async function beCaller(url, number, until) {
  for (let round = 0; Date.now() < until; round++) {
    // A caller of a new name every so often, so that nothing is kept for each that there ever was.
    const token = sign(`caller ${number} ${Math.floor(round / 200)}`)
    const act = ACTIONS[Math.floor(Math.random() * ACTIONS.length)]
    try {
      count(await act(url, token, `thread-${Math.floor(round / 40)}`))
    } catch (error) {
      count(`client: ${error.cause?.code ?? error.name}`)
    }
  }
}

const directory = makeProject()
const { child, url } = await startServer(directory)
try {
  const samples = [residentMegabytes(child.pid)]
  console.log(`at start: ${samples[0]} MB`)
  const until = Date.now() + minutes * 60_000
  const sampler = setInterval(() => {
    samples.push(residentMegabytes(child.pid))
    console.log(`${((samples.length - 1) * SAMPLE_MS) / 1000} s: ${samples.at(-1)} MB`)
  }, SAMPLE_MS)
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => beCaller(url, number, until)))
  clearInterval(sampler)
  const half = samples.slice(Math.floor(samples.length / 2))
  const mean = (values) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length)
  const quarter = Math.ceil(half.length / 2)
  console.log(JSON.stringify(counts))
  console.log(
    `third quarter: ${mean(half.slice(0, quarter))} MB, last quarter: ${mean(half.slice(quarter))} MB, most: ${Math.max(...samples)} MB`,
  )
} finally {
  child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
}
