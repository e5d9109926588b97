import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '@signet/test-support/process/free-port'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { SECRET, tokenOf } from './support/proxied-application.js'

const STARTER = new URL('fixtures/behind-proxy/starter.mjs', import.meta.url)
const AGENT = '/api/agents/harbour-pilot'
const PIECES = ['Two ', 'metres.']
/** So short that a test can wait for it. In milliseconds. */
const TIMEOUT_MS = 4000
/** Applications start anew in these tests, perhaps on a busy machine. */
const LONG = { timeout: 180_000 }

let model: ModelServer
let folder: string
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => void (model = await startModelServer()))
afterAll(() => model?.stop())

beforeEach(async () => {
  model.answerWith({ kind: 'text', pieces: PIECES })
  folder = await mkdtemp(join(tmpdir(), 'signet-faults-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  const config = { timeout: TIMEOUT_MS }
  await writeFile(join(folder, 'signet.config.mjs'), `export default ${JSON.stringify(config)}\n`)
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const TOKEN = tokenOf('alice', { scope: 'agents:read agents:execute tools:execute memory:*' })
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): SignetProcess {
  const command = args[0] === 'proxy' ? undefined : ([process.execPath] as const)
  const started = new SignetProcess(args, {
    cwd: folder,
    env: {
      MASTRA_JWT_SECRET: SECRET,
      MASTRA_TELEMETRY_DISABLED: '1',
      MODEL_URL: model.url,
      ...env,
    },
    ...(command !== undefined && { command }),
  })
  ends.push(() => started.stop('SIGKILL'))
  return started
}

const startApplication = (port: number) =>
  start([fileURLToPath(STARTER)], { PORT: String(port), MASTRA_HOST: '127.0.0.1' })

async function urlOf(proxy: SignetProcess): Promise<string> {
  return (await proxy.waitFor(/Proxy {8}(http:\S+)/))[1] ?? ''
}

interface Came {
  readonly status: number
  readonly text: string
}

/** Asks the agent, and reads what comes. It is bounded by 30 seconds. */
async function ask(url: string, method: 'generate' | 'stream', body: object = {}): Promise<Came> {
  const response = await fetch(`${url}${AGENT}/${method}`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ messages: '?', ...body }),
    signal: AbortSignal.timeout(30_000),
  })
  return { status: response.status, text: await response.text() }
}

const codeOf = ({ text }: Came): unknown => Object(JSON.parse(text)).code

async function statusOf(url: string): Promise<number> {
  return (await fetch(`${url}/api/agents`, { headers: HEADERS })).status
}

/**
 * Begins a stream whose model says its first piece and then nothing, and waits for that piece.
 * @returns reads the rest
 */
async function beginHeldStream(url: string): Promise<() => Promise<string>> {
  model.answerWith({ kind: 'text', pieces: PIECES, hold: new Promise(() => undefined) })
  const response = await fetch(`${url}${AGENT}/stream`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ messages: '?' }),
    signal: AbortSignal.timeout(60_000),
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('The stream has no body.')
  const next = async () => (await reader.read()).value ?? ''
  let text = ''
  while (!text.includes('"type":"text-delta"')) {
    const piece = await next()
    if (piece === '') throw new Error(`The stream has ended with ${text}`)
    text += piece
  }
  return async () => {
    let rest = ''
    for (let piece = await next(); piece !== ''; piece = await next()) rest += piece
    return rest
  }
}

/** What a stream ends with where the application breaks it off. */
const brokenOff = (code: string) =>
  new RegExp(
    `"type":"error","runId":"[^"]+","from":"AGENT",.*"code":"${code}"\\}\\}\\}\\n\\ndata: \\[DONE\\]\\n\\n$`,
  )

describe('an application of Mastra that begins after the proxy', () => {
  it('is waited for, and dies and comes back without a restart of the proxy', LONG, async () => {
    const port = await freePort()
    const proxy = start(['proxy', '--port', '0', '--upstream', `http://127.0.0.1:${port}`])
    const first = startApplication(port)
    const url = await urlOf(proxy)
    expect((await ask(url, 'generate')).status).toBe(200)

    const readRest = await beginHeldStream(url)
    await first.stop('SIGKILL')
    expect(await readRest()).toMatch(brokenOff('upstream_unavailable'))
    for (const method of ['generate', 'stream'] as const) {
      const came = await ask(url, method)
      expect([came.status, codeOf(came)]).toEqual([502, 'upstream_unavailable'])
    }
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`${url}/ready`)).status).toBe(503)

    startApplication(port)
    model.answerWith({ kind: 'text', pieces: PIECES })
    await expect.poll(() => statusOf(url), { timeout: 60_000 }).toBe(200)
    expect((await ask(url, 'generate')).text).toContain(PIECES.join(''))
    await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200)
    expect((await proxy.stop()).code).toBe(0)
  })
})

describe('an application of Mastra that restarts on save', () => {
  it('is served again, and what ran is told', LONG, async () => {
    const file = join(folder, 'application.mjs')
    await writeFile(file, `import ${JSON.stringify(STARTER.href)}\n`)
    const proxy = start(['proxy', '--port', '0', '--', process.execPath, '--watch', file])
    const url = await urlOf(proxy)
    for (let round = 0; round < 2; round++) {
      const readRest = await beginHeldStream(url)
      await writeFile(file, `import ${JSON.stringify(STARTER.href)}\n// ${round}\n`)
      // The old process may have ended at once, or have waited for its stream, which then took too long.
      expect(await readRest()).toMatch(brokenOff('upstream_(?:unavailable|timeout)'))
      model.answerWith({ kind: 'text', pieces: PIECES })
      const statuses = new Set<number>()
      await expect
        .poll(
          async () => {
            const status = await statusOf(url)
            statuses.add(status)
            return status
          },
          { timeout: 60_000 },
        )
        .toBe(200)
      statuses.delete(200)
      for (const status of statuses) expect([502, 504]).toContain(status)
      expect((await ask(url, 'stream')).text).toContain('"type":"finish"')
    }
    expect((await proxy.stop()).code).toBe(0)
  })
})

describe('an application of Mastra behind the proxy', () => {
  let url: string
  let proxy: SignetProcess
  beforeEach(async () => {
    proxy = start(['proxy', '--port', '0', '--', process.execPath, fileURLToPath(STARTER)])
    url = await urlOf(proxy)
  })

  /** What was done to the application before changes nothing for the next caller. */
  async function expectServing(): Promise<void> {
    model.answerWith({ kind: 'text', pieces: PIECES })
    expect(await statusOf(url)).toBe(200)
    expect((await ask(url, 'generate')).text).toContain(PIECES.join(''))
    expect((await proxy.stop()).code).toBe(0)
  }

  it('whose model hangs is told in time, before a response and within one', async () => {
    model.answerWith({ kind: 'text', pieces: PIECES, hold: new Promise(() => undefined) })
    const [whole, streamed] = await Promise.all([ask(url, 'generate'), ask(url, 'stream')])
    expect([whole.status, codeOf(whole)]).toEqual([504, 'upstream_timeout'])
    expect(streamed.status).toBe(200)
    expect(streamed.text).toMatch(brokenOff('upstream_timeout'))
    // Nobody asked again: it may have acted.
    expect(model.requests).toHaveLength(2)
    await expectServing()
  })

  it('whose model fails or hangs up tells its callers nothing of why', async () => {
    const message = 'sk-secret of /srv/app'
    for (const answer of [
      { kind: 'failure', status: 500, message },
      { kind: 'failure', status: 401, message },
      { kind: 'hangUp', pieces: ['Two '] },
    ] as const) {
      model.answerWith(answer)
      const came = await Promise.all([ask(url, 'generate'), ask(url, 'stream')])
      for (const { text } of came) {
        expect(text).not.toMatch(/sk-secret|\/srv\/|node_modules|\.js:\d|"stack"/)
      }
      expect(came[0].status).toBeGreaterThanOrEqual(400)
      expect(came[0].status).toBeLessThan(500)
    }
    await expectServing()
  })

  it('is slow, and its stream lasts longer than its response may take', async () => {
    const pieces = Array.from({ length: 6 }, (_, index) => `${index} `)
    const hold = () => sleep(TIMEOUT_MS / 2)
    model.answerWith({ kind: 'text', pieces, hold })
    const { status, text } = await ask(url, 'stream')
    expect(status).toBe(200)
    for (const piece of pieces) expect(text).toContain(`"text":"${piece}"`)
    expect(text).toMatch(/"type":"finish"[^]*data: \[DONE\]\n\n$/)
    expect(text).not.toContain('"type":"error"')
    await expectServing()
  })

  it('is asked nothing by 300 strangers, and serves others beside them', async () => {
    const strangers = Array.from({ length: 300 }, (_, index) =>
      fetch(`${url}${AGENT}/${index % 2 === 0 ? 'generate' : 'stream'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${index}` },
        body: JSON.stringify({ messages: 'x'.repeat(10_000) }),
      }).then(async (response) => {
        await response.body?.cancel()
        return response.status
      }),
    )
    const known = ask(url, 'generate')
    for (const status of await Promise.all(strangers)) expect([401, 429]).toContain(status)
    expect((await known).status).toBe(200)
    expect(model.requests).toHaveLength(1)
    await expectServing()
  })

  it('serves others beside 200 half-open connections', async () => {
    const sockets = await Promise.all(
      Array.from(
        { length: 200 },
        (_, index) =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connectTo(Number(new URL(url).port), '127.0.0.1', () => {
              if (index % 2 === 0)
                socket.write(`POST ${AGENT}/generate HTTP/1.1\r\nHost: localhost\r\n`)
              resolve(socket)
            })
            socket.once('error', reject)
          }),
      ),
    )
    for (const socket of sockets) socket.on('error', () => undefined)
    try {
      const came = await Promise.all(Array.from({ length: 5 }, () => ask(url, 'generate')))
      for (const { status } of came) expect(status).toBe(200)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
    await expectServing()
  })

  it('gets no body of 20 MB, of whoever sends it', async () => {
    const body = JSON.stringify({ messages: 'x'.repeat(20 * 1024 * 1024) })
    const send = async (headers: Readonly<Record<string, string>>) => {
      try {
        const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) }
        const response = await fetch(`${url}${AGENT}/generate`, init)
        await response.body?.cancel()
        return response.status
      } catch (error) {
        // The connection may end while its client still sends.
        if (error instanceof TypeError) return 'cut'
        throw error
      }
    }
    expect([413, 'cut']).toContain(await send(HEADERS))
    expect([401, 'cut']).toContain(await send({ 'content-type': 'application/json' }))
    expect(model.requests).toHaveLength(0)
    await expectServing()
  })
})
