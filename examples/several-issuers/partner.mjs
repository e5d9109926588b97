// The issuer of a partner, as small as one can be: it publishes its public key, and signs tokens with the private one.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { privateKey, signToken } from '@signet/auth'

const port = Number(process.env.PARTNER_PORT ?? 4120)
const issuer = `http://localhost:${port}`
const keyId = 'partner-1'
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signingKey = privateKey(pair.privateKey, { keyId, algorithm: 'ES256' })
const keySet = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256' }] }

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', issuer)
  if (pathname === '/keys') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(keySet))
  } else if (pathname === '/token') {
    // A real issuer first finds out who asks. This one signs whatever claims the query has.
    const claims = { iss: issuer, aud: 'signet-example', ...Object.fromEntries(searchParams) }
    response.end(signToken(claims, signingKey, { expiresInSeconds: 3600 }))
  } else {
    response.writeHead(404).end()
  }
})

server.listen(port, '127.0.0.1', () => console.log(`The issuer of the partner is ${issuer}`))
