import { RequestError } from '@signet/server'
import { describe, expect, it } from 'vitest'
import { lastChunk } from './last-chunk.js'

const FAULT = new RequestError('upstream_timeout', 'of the log')
const TEXT = 'The application behind the proxy did not answer in time.'
const payload = { error: { name: 'Error', message: TEXT, code: 'upstream_timeout' } }
const AGENT_CHUNK = { type: 'start', runId: 'r1', from: 'AGENT', payload: {} }

const events = (chunk: unknown) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)

type Stream = Parameters<typeof lastChunk>[0]

function lastOf(stream: Partial<Stream>): string | undefined {
  const whole = { form: 'events', isUi: false, begin: undefined, source: undefined, ...stream }
  return lastChunk(whole as Stream, FAULT)?.toString('utf8')
}

const eventsOf = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`

describe('the last chunk of a stream that is broken off', () => {
  it('is an error of the run that the stream is of', () => {
    const sent = eventsOf({ type: 'error', runId: 'r1', from: 'AGENT', payload })
    expect(lastOf({ begin: events(AGENT_CHUNK) })).toBe(sent)
    const signs = Buffer.concat([Buffer.from(': waiting\n\n'), events(AGENT_CHUNK), events({})])
    expect(lastOf({ begin: signs })).toBe(sent)
    const lines = Buffer.from(`data: ${JSON.stringify(AGENT_CHUNK)}\r\n\r\n`)
    expect(lastOf({ begin: lines })).toBe(sent)
  })

  it('is a record in a stream of records', () => {
    const begin = Buffer.from(`${JSON.stringify({ ...AGENT_CHUNK, from: 'WORKFLOW' })}\u001e{}`)
    expect(lastOf({ form: 'records', begin })).toBe(
      `${JSON.stringify({ type: 'error', runId: 'r1', from: 'WORKFLOW', payload })}\u001e`,
    )
  })

  it('is of the kind of the route where nothing came', () => {
    expect(lastOf({ source: 'AGENT' })).toBe(
      eventsOf({ type: 'error', runId: '', from: 'AGENT', payload }),
    )
    expect(lastOf({})).toBeUndefined()
  })

  it('is an error of the AI SDK in a stream for that', () => {
    const sent = eventsOf({ type: 'error', errorText: TEXT })
    expect(lastOf({ isUi: true })).toBe(sent)
    expect(lastOf({ isUi: true, begin: events({ type: 'start' }), source: 'AGENT' })).toBe(sent)
  })

  it.each([
    ['JSON-RPC', 'event: message\ndata: {"jsonrpc":"2.0","id":1}\n\n'],
    ['events of another API', 'event: response.created\ndata: {"type":"response.created"}\n\n'],
    ['texts', 'data: hello\n\n'],
    ['a run that is not a text', 'data: {"runId":1,"from":"AGENT"}\n\n'],
    ['members of every object', 'data: {"__proto__":{"runId":"r1","from":"AGENT"}}\n\n'],
    ['a list', 'data: ["r1","AGENT"]\n\n'],
    ['a begin that is not whole', 'data: {"runId":"r1","from":"AGENT","payload":'],
    ['nothing but signs of life', ': waiting\n\n'],
  ])('is none among chunks of another kind: %s', (_, text) => {
    expect(lastOf({ begin: Buffer.from(text) })).toBeUndefined()
    expect(lastOf({ begin: Buffer.from(text), source: 'AGENT' })).toBeUndefined()
  })

  it('tells of an error that is not known nothing but that', () => {
    const stream = { form: 'events', isUi: false, begin: undefined, source: 'AGENT' } as const
    const text = String(lastChunk(stream, new Error('at /srv/secret.js:1')))
    expect(text).toContain('"code":"internal"')
    expect(text).not.toContain('secret')
  })
})
