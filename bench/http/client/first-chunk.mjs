// Asks for streams one after the other on one connection, for some seconds, and prints the median time in
// microseconds until the first bytes of a body. Arguments: URL of the server, seconds.
import { connect } from 'node:net'
import { median } from '../../verify/statistics.mjs'

const [url, seconds] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const body = JSON.stringify({ messages: 'Weather in London' })
const question = [
  'POST /api/agents/weatherAgent/stream HTTP/1.1',
  `host: ${hostname}:${port}`,
  `authorization: Bearer ${process.env.BENCH_TOKEN}`,
  'content-type: application/json',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n')

/** The last chunk of a chunked body (RFC 9112 section 7.1). */
const END = '\r\n0\r\n\r\n'

/** Sends one question, and reads its answer to the end. @returns milliseconds until its first chunk */
async function askOnce(socket) {
  const sent = performance.now()
  let text = ''
  let firstMs
  return await new Promise((resolve, reject) => {
    const finish = (settle, value) => {
      socket.removeAllListeners()
      settle(value)
    }
    socket.on('data', (piece) => {
      text += piece
      const headEnd = text.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      if (!text.startsWith('HTTP/1.1 200')) finish(reject, new Error(text.slice(0, 300)))
      else if (text.includes('data:', headEnd)) firstMs ??= performance.now() - sent
      if (text.endsWith(END)) finish(resolve, firstMs)
    })
    socket.on('error', (error) => finish(reject, error))
    socket.on('close', () => finish(reject, new Error('The connection ended.')))
    socket.write(question)
  })
}

const socket = connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1')
const times = []
const until = performance.now() + Number(seconds) * 1000
while (performance.now() < until) times.push(await askOnce(socket))
socket.destroy()
if (times.includes(undefined)) throw new Error('A stream had no chunk.')
console.log(JSON.stringify({ p50Us: median(times) * 1000, count: times.length }))
