// The limit: node:http that sends one text, and before it checks a token by hand where the path is closed.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { answer, CLOSED_PATH, port, secret } from './answer.mjs'

/** Signature and expiry, and nothing of what else a token has to satisfy. */
function isGood(authorization) {
  if (!authorization?.startsWith('Bearer ')) return false
  const [header, payload, signature] = authorization.slice(7).split('.')
  if (signature === undefined) return false
  const wanted = createHmac('sha256', secret).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).exp > Date.now() / 1000
}

createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  if (request.url === CLOSED_PATH && !isGood(request.headers.authorization)) {
    response.statusCode = 401
    response.end('{"error":"Unauthorized"}')
    return
  }
  response.end(answer)
}).listen(port, '127.0.0.1')
