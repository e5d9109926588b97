// Fastify with its JWT plugin.
import jwt from '@fastify/jwt'
import fastify from 'fastify'
import { answer, CLOSED_PATH, port, secret } from './answer.mjs'

const app = fastify()
await app.register(jwt, { secret, verify: { algorithms: ['HS256'] } })
const send = (_request, reply) => {
  reply.header('content-type', 'application/json').send(answer)
}
app.get(CLOSED_PATH, { onRequest: (request) => request.jwtVerify() }, send)
app.get('/open', send)
await app.listen({ port, host: '127.0.0.1' })
