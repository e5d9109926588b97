import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createModel, finish, textParts } from '@signet/test-support/application/model'
import { describeStores } from '@signet/test-support/store/stores'
import { Agent } from '../agent/agent.js'
import { Memory } from '../memory/memory.js'
import { tellOutput } from '../tool/tell-output.js'
import { createTool } from '../tool/create-tool.js'
import { toJson } from '../tool/to-json.js'

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const told = { type: 'file', data: { type: 'data', data: PNG }, mediaType: 'image/png' }

const ofMcp = {
  content: [
    { type: 'text', text: 'A dot.' },
    { type: 'image', data: PNG, mimeType: 'image/png' },
  ],
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server of chat completions that calls the tool `draw` once, and keeps what it is asked. */
async function serveModel() {
  const asked: { messages: { role: string; content: unknown }[] }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (data) => (text += String(data)))
    request.on('end', () => {
      asked.push(JSON.parse(text))
      const call = { id: 'c', type: 'function', function: { name: 'draw', arguments: '{}' } }
      const message =
        asked.length === 1
          ? { role: 'assistant', content: null, tool_calls: [call] }
          : { role: 'assistant', content: 'A dot.' }
      const choices = [
        { index: 0, message, finish_reason: asked.length === 1 ? 'tool_calls' : 'stop' },
      ]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices }),
      )
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

const draw = (result: unknown) =>
  createTool({
    id: 'draw',
    description: 'Draws',
    inputSchema: z.object({}),
    execute: async () => result,
  })

it.each<[string, unknown]>([
  ['of MCP', { content: [{ type: 'image', data: PNG, mimeType: 'image/png' }] }],
  [
    'of the AI SDK',
    { type: 'content', value: [{ type: 'media', data: PNG, mediaType: 'image/png' }] },
  ],
  ['in a list', [{ type: 'image-data', data: PNG, mediaType: 'image/png' }]],
  ['of bytes', [{ type: 'file', data: Buffer.from(PNG, 'base64'), mediaType: 'image/png' }]],
])('a picture is told as one: %s', (_kind, result) => {
  expect(tellOutput(toJson(result))).toStrictEqual({ type: 'content', value: [told] })
})

it.each<[string, unknown]>([
  ['a list of texts', [{ type: 'text', text: 'x' }]],
  ['a file that is none', { content: [{ type: 'file', data: 'x', mimeType: 'text/plain' }] }],
  ['a content of another kind', { content: 'image' }],
])('what has no picture stays JSON: %s', (_kind, result) => {
  expect(tellOutput(toJson(result))).toStrictEqual({ type: 'json', value: result })
})

it('a picture that is too large is named, and the rest is told', () => {
  const large = { type: 'image', data: 'A'.repeat(3_000_004), mimeType: 'image/png' }
  const output = tellOutput(toJson({ content: [{ type: 'text', text: 'Big.' }, large] }))
  expect(output).toStrictEqual({
    type: 'content',
    value: [
      { type: 'text', text: 'Big.' },
      { type: 'text', text: '[A picture that is too large, or cannot be read]' },
    ],
  })
})

describeStores(
  'a picture that a tool returns',
  (stores) => {
    it('reaches a model of chat completions as a picture, in this turn and the next', async () => {
      const { memory: storage } = await stores.open()
      const { asked, url } = await serveModel()
      const agent = new Agent({
        id: 'agent',
        name: 'Agent',
        instructions: '',
        model: { url, id: 'm' },
        tools: { draw: draw(ofMcp) },
        memory: new Memory(),
      })
      agent.setStorage(storage)
      const options = { memory: { thread: 't', resource: 'alice' } }
      await agent.generate('Draw!', options)
      await agent.generate('And now?', options)
      for (const { messages } of asked.slice(1)) {
        const index = messages.findIndex(({ role }) => role === 'tool')
        expect(messages[index]?.content).toContain('A dot.')
        expect(JSON.stringify(messages[index])).not.toContain(PNG)
        expect(messages[index + 1]).toMatchObject({
          role: 'user',
          content: [
            { type: 'text' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        })
      }
      expect(asked).toHaveLength(3)
    })

    it('stays in the result for a model that takes it there', async () => {
      const { memory: storage } = await stores.open()
      const model = createModel(async function* (_options, index) {
        if (index === 0) {
          yield { type: 'tool-call', toolCallId: 'c', toolName: 'draw', input: '{}' }
          yield finish('tool-calls')
          return
        }
        yield* textParts('A dot.')
        yield finish()
      })
      const agent = new Agent({
        id: 'agent',
        name: 'Agent',
        instructions: '',
        model,
        tools: { draw: draw(ofMcp) },
      })
      agent.setStorage(storage)
      await agent.generate('Draw!')
      expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain(PNG)
      expect(model.calls[1]?.prompt.at(-1)?.role).toBe('tool')
    })
  },
  ['libsql'],
)
