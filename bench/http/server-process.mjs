import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from './cleanup.mjs'
import { pinned } from './pin.mjs'
import { SECRET } from './token.mjs'

const PATIENCE_MS = 60_000
const POLL_MS = 2
/** For thousands of streams at a time; as many as are allowed where that is fewer. */
export const RAISE_LIMIT = 'ulimit -n 16384 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"'

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The status and text of one answer; undefined while nobody listens. */
export async function ask(url, { method = 'GET', token, body } = {}) {
  return await new Promise((resolve) => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece) => (text += piece))
      response.on('end', () => resolve({ status: response.statusCode, text }))
      response.on('error', () => resolve(undefined))
    })
    sent.on('error', () => resolve(undefined))
    sent.end(body)
  })
}

/**
 * @typedef {object} RunningServer
 * @property {number} pid
 * @property {string} url
 * @property {number} startMs from its spawning to its first good answer
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server on its core and waits for its first 200.
 *
 * @param {object} plan
 * @param {string} plan.name
 * @param {(port: number) => string[]} plan.command
 * @param {Record<string, string>} [plan.environment]
 * @param {string} plan.probe - the path that is asked for
 * @param {string} [plan.token] - what it is asked with
 * @param {'server' | 'load'} [plan.core] - the core that it stays on; that of the servers by default
 * @param {string} directory - where its output goes
 * @returns {Promise<RunningServer>}
 */
export async function startServer(plan, directory) {
  const { name, command, environment, probe, token, core = 'server' } = plan
  const port = await freePort()
  const logFile = join(directory, `${name}-${port}.log`)
  const log = openSync(logFile, 'w')
  const [file, ...args] = pinned(core, ['sh', '-c', RAISE_LIMIT, 'sh', ...command(port)])
  const started = performance.now()
  const child = spawn(file, args, {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      MASTRA_JWT_SECRET: SECRET,
      MASTRA_TELEMETRY_DISABLED: '1',
      MASTRA_HOST: '127.0.0.1',
      PORT: `${port}`,
      ...environment,
    },
  })
  closeSync(log)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const isEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!isEnded()) child.kill('SIGKILL')
    await ended
  }
  atEnd(stop)
  const url = `http://127.0.0.1:${port}`
  while (performance.now() - started < PATIENCE_MS && !isEnded()) {
    const answer = await ask(url + probe, { token })
    if (answer?.status === 200) {
      return { pid: child.pid, url, startMs: performance.now() - started, stop }
    }
    await sleep(POLL_MS)
  }
  await stop()
  throw new Error(`${name} does not answer:\n${readFileSync(logFile, 'utf8').slice(-2000)}`)
}
