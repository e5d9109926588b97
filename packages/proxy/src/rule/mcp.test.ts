import { describe, expect, it } from 'vitest'
import { callerOf } from '@signet/test-support/proxy/fake-upstream'
import { filterMcpEvents, filterMcpMessage, mcpHeaders, openSession, sealSession } from './mcp.js'

const NARROW = callerOf('alice', ['tools:execute:add'])
const list = () => ({
  jsonrpc: '2.0',
  id: 1,
  result: { tools: [{ name: 'add' }, { name: 'ask_add' }, { name: 'a b' }, {}, null] },
})
const few = { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'add' }] } }

describe('the tools of an MCP server', () => {
  it('are those that the caller may execute', () => {
    const message = list()
    filterMcpMessage(message, NARROW)
    expect(message).toStrictEqual(few)
  })

  it('are kept by a cache for the caller alone', () => {
    for (const cacheScope of ['public', 'private', 7]) {
      const message = { ...list(), result: { ...list().result, cacheScope, ttlMs: 1000 } }
      filterMcpMessage(message, NARROW)
      expect(message.result).toMatchObject({ cacheScope: 'private', ttlMs: 1000 })
    }
  })

  it('are filtered in an event stream too, and other messages pass', () => {
    const other = { jsonrpc: '2.0', method: 'notifications/message', params: {} }
    const text = `event: message\r\ndata: ${JSON.stringify(list())}\r\n\r\ndata: ${JSON.stringify(other)}\n\ndata: {"result":{"tools"\n\n`
    expect(filterMcpEvents(text, NARROW)).toBe(
      `event: message\ndata: ${JSON.stringify(few)}\n\ndata: ${JSON.stringify(other)}\n\n:\n\n`,
    )
  })
})

describe('the headers of a message', () => {
  it('say what the message says', () => {
    const message = { method: 'tools/call', params: { name: 'add' } }
    expect(mcpHeaders(message)).toStrictEqual({ 'mcp-method': 'tools/call', 'mcp-name': 'add' })
    expect(mcpHeaders({ method: 'resources/read', params: { uri: 'file:///a' } })).toStrictEqual({
      'mcp-method': 'resources/read',
      'mcp-name': 'file:///a',
    })
    expect(mcpHeaders({ method: 'ping' })).toStrictEqual({ 'mcp-method': 'ping' })
  })

  it('are none where the message says nothing that a header could hold', () => {
    for (const message of [undefined, {}, { method: 7 }, { method: 'a\r\nx: y' }, { method: '' }])
      expect(mcpHeaders(message)).toStrictEqual({})
    expect(mcpHeaders({ method: 'tools/call', params: { name: 'a b' } })).toStrictEqual({
      'mcp-method': 'tools/call',
    })
  })
})

describe('a session of MCP', () => {
  const [alice, bob] = ['alice', 'bob'].map((name) => callerOf(name, []).ownerKey)
  const sealed = sealSession('secret', alice ?? '', 'session.1')

  it('is opened by its owner', () => {
    expect(openSession('secret', alice ?? '', sealed)).toBe('session.1')
  })

  it('is opened by nobody else, nor under another id or secret', () => {
    expect(openSession('secret', bob ?? '', sealed)).toBeUndefined()
    expect(openSession('other', alice ?? '', sealed)).toBeUndefined()
    expect(openSession('secret', alice ?? '', sealed.replace('1', '2'))).toBeUndefined()
    for (const text of [
      '',
      'session.1',
      `${sealed}0`,
      sealed.toUpperCase(),
      `.${sealed.split('.').at(-1)}`,
    ])
      expect(openSession('secret', alice ?? '', text)).toBeUndefined()
  })
})
