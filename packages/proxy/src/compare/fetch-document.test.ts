import { createServer } from 'node:net'
import { once } from 'node:events'
import { createSecret } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '@signet/test-support/process/free-port'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { fetchDocument, MAX_DOCUMENT, type DocumentQuestion } from './fetch-document.js'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function ask(handler: UpstreamHandler, more: Partial<DocumentQuestion> = {}) {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  return await fetchDocument({
    origin: upstream.url,
    paths: ['/one', '/two'],
    secret: undefined,
    ...more,
  })
}

describe('the OpenAPI document of an application', () => {
  it('is read from the first path that has one', async () => {
    const read = await ask((response, { url }) => {
      response.statusCode = url === '/two' ? 200 : 404
      response.end('{"openapi":"3.1.0"}')
    })
    expect(read).toStrictEqual({ kind: 'read', document: { openapi: '3.1.0' } })
  })

  it('is asked for with a token only where a secret is named', async () => {
    const tell: UpstreamHandler = (response, { headers }) => {
      response.end(JSON.stringify(headers.authorization ?? null))
    }
    expect(await ask(tell)).toStrictEqual({ kind: 'read', document: null })
    expect(await ask(tell, { secret: createSecret() })).toStrictEqual({
      kind: 'read',
      document: expect.stringMatching(/^Bearer eyJ/),
    })
  })

  it.each([401, 403, 404, 500, 302, 204])('is none in a response of %i', async (status) => {
    const found = await ask((response) => void response.writeHead(status).end())
    expect(found).toStrictEqual({ kind: 'status', status })
  })

  it.each(['', '<html>', '{"openapi":'])('is garbage where it is not JSON: %j', async (text) => {
    expect(await ask((response) => void response.end(text))).toStrictEqual({ kind: 'garbage' })
  })

  it('is not read further where it is too large', async () => {
    const found = await ask((response) => {
      response.on('error', () => undefined)
      response.end(`"${'a'.repeat(MAX_DOCUMENT)}"`)
    })
    expect(found).toStrictEqual({ kind: 'large' })
  })

  it('is late where it does not begin in time, or does not end', async () => {
    const timeoutMs = 50
    expect(await ask(() => undefined, { timeoutMs })).toStrictEqual({ kind: 'late' })
    const found = await ask((response) => void response.write('{"openapi"'), { timeoutMs })
    expect(found).toStrictEqual({ kind: 'late' })
  })

  it('is away where nobody listens, and where somebody speaks no HTTP', async () => {
    const question = { paths: ['/'], secret: undefined }
    const nobody = `http://127.0.0.1:${await freePort()}`
    expect(await fetchDocument({ ...question, origin: nobody })).toStrictEqual({ kind: 'away' })
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end('SSH-2.0-something\r\n')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(async () => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const found = await fetchDocument({ ...question, origin: `http://127.0.0.1:${port}` })
    expect(found).toStrictEqual({ kind: 'away' })
  })
})
