// Hono on Node.js with its own JWT middleware.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'
import { answer, CLOSED_PATH, port, secret } from './answer.mjs'

const app = new Hono()
const send = (context) => context.body(answer, 200, { 'content-type': 'application/json' })
app.use(CLOSED_PATH, jwt({ secret, alg: 'HS256' }))
app.get(CLOSED_PATH, send)
app.get('/open', send)
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
