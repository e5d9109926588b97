// Asks for answers one after the other on one connection, for some seconds, and prints the median time in microseconds:
// of a stream until the first bytes of its body, of a whole answer until it is there. Arguments: URL of the server, seconds,
// stream (default) or generate.
import { connect } from 'node:net'
import { median } from '../../verify/statistics.mjs'

const [url, seconds, route = 'stream'] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const body = JSON.stringify({ messages: 'Weather in London' })
const question = [
  `POST /api/agents/weatherAgent/${route} HTTP/1.1`,
  `host: ${hostname}:${port}`,
  `authorization: Bearer ${process.env.BENCH_TOKEN}`,
  'content-type: application/json',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n')

/** The last chunk of a chunked body (RFC 9112 section 7.1). */
const END = '\r\n0\r\n\r\n'

/** Whether a response is there to its end, by its length or by its last chunk. */
function isWhole(text, headEnd) {
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, headEnd + 2))?.[1]
  return length === undefined ? text.endsWith(END) : text.length >= headEnd + 4 + Number(length)
}

/** Sends one question, and reads its answer to the end. @returns milliseconds */
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
      const isOver = isWhole(text, headEnd)
      const isMeasured = route === 'stream' ? text.includes('data:', headEnd) : isOver
      if (isMeasured) firstMs ??= performance.now() - sent
      if (isOver) finish(resolve, firstMs)
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
if (times.includes(undefined)) throw new Error('An answer was empty.')
console.log(JSON.stringify({ p50Us: median(times) * 1000, count: times.length }))
