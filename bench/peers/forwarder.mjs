// The least that a forwarder costs: node:http that parses the JSON of a request, sends it on with the headers that a server
// needs, and pipes the response back. It judges nothing.
import { Agent, createServer, request as send } from 'node:http'

const [, , upstream] = process.argv
const { hostname, port: upstreamPort } = new URL(upstream)
const agent = new Agent({ keepAlive: true })

/** What the application gets of the headers of a request. */
function headersOf({ headers }, body) {
  const { authorization, 'content-type': type } = headers
  return {
    ...(authorization !== undefined && { authorization }),
    ...(type !== undefined && { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
  }
}

createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (piece) => {
    text += piece
  })
  request.on('end', () => {
    const body = text === '' ? '' : JSON.stringify(JSON.parse(text))
    const { method, url: path } = request
    const place = { host: hostname, port: upstreamPort, agent, method, path }
    const sent = send({ ...place, headers: headersOf(request, body) }, (answer) => {
      const type = answer.headers['content-type'] ?? 'application/octet-stream'
      response.writeHead(answer.statusCode, { 'content-type': type })
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    sent.end(body)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
