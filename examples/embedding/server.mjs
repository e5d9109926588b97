// A server of your own, on node:http, that serves the assistant beside its own pages.
import { createServer } from 'node:http'
import { app, store } from './application.mjs'
import { answerByFetch } from './fetch-adapter.mjs'

const port = Number(process.env.PORT ?? 4111)

const server = createServer((message, response) => {
  if (message.url === '/') {
    response.setHeader('content-type', 'text/plain').end('The page of the shop')
  } else if (message.url?.startsWith('/assistant/')) {
    // The address of the client, for the audit and for the limit of failed attempts.
    const address = message.socket.remoteAddress
    void answerByFetch(message, response, (request) => app.fetch(request, { address }))
  } else {
    response.writeHead(404).end()
  }
})

server.listen(port, '127.0.0.1', () => console.log(`The shop is on http://localhost:${port}`))

/** Takes no new connection, waits for running answers, and closes what they need. */
async function stop() {
  server.close()
  await app.idle()
  await app.close()
  await store.close()
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())
