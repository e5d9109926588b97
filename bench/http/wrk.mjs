import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pinned } from './pin.mjs'
import { TICKS_PER_SECOND } from './process-facts.mjs'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))
/** Unless the load says otherwise. */
const CONNECTIONS = 16

/** Ends the process where there is no wrk: it is a package of the system, which nothing here installs. */
export function requireWrk() {
  if (spawnSync('wrk', ['-v']).error === undefined) return
  console.error('There is no wrk, which makes the load: apt-get install wrk')
  process.exit(1)
}

/**
 * @typedef {object} Load what wrk is to send
 * @property {string} path
 * @property {string} [method] GET unless given
 * @property {string} [token] sent with every request
 * @property {string} [body] JSON, sent with every request
 * @property {string} [tokens] a file of which each request takes the next line as its token
 * @property {string} [bodies] a file of which each request takes the next line as its body
 * @property {number} [connections] 16 unless given
 * @property {number} [status] what must be answered; 200 unless given
 */

/**
 * Lets wrk send requests for some seconds, one at a time on each connection.
 *
 * @param {string} url - of the server
 * @param {Load} load
 * @param {number} seconds - whole ones
 * @throws {Error} when a request broke, or one was answered otherwise than expected
 */
export async function runWrk(url, load, seconds) {
  const {
    path,
    method = 'GET',
    token,
    body = '-',
    tokens = '-',
    bodies = '-',
    connections = CONNECTIONS,
    status = 200,
  } = load
  const flags = ['-t1', `-c${connections}`, `-d${seconds}`, '--timeout', '30s', '-s', SCRIPT]
  const header = token === undefined ? [] : ['-H', `authorization: Bearer ${token}`]
  const forScript = ['--', method, body, tokens, bodies]
  const [command, ...args] = pinned('load', ['wrk', ...flags, ...header, url + path, ...forScript])
  const { stdout } = await run(command, args)
  const result = JSON.parse(stdout.trim().split('\n').at(-1))
  const { requests, durationUs, refused, broken, cpuTicks, p50Us, p99Us } = result
  if (broken > 0) throw new Error(`${path}: ${broken} requests broke.`)
  // wrk counts what is above 399; which status it is was seen before, by one request.
  const wrong = status < 400 ? refused : requests - refused
  if (wrong > 0)
    throw new Error(`${path}: ${wrong} of ${requests} were not answered with ${status}.`)
  return {
    requests,
    perSecond: (requests * 1e6) / durationUs,
    /** Of its core. */
    generatorShare: cpuTicks / TICKS_PER_SECOND / (durationUs / 1e6),
    p50Us,
    p99Us,
  }
}
