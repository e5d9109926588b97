import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  events,
  json,
  playChat,
  says,
  type ChatAnswer,
  type ChatServer,
} from '@signet/test-support/http/chat-server'
import { Agent } from '../../agent/agent.js'
import { AnswerError, InputError } from '../../error.js'
import { createTool } from '../../tool/create-tool.js'

let server: ChatServer | undefined

afterEach(() => server?.close())

const add = createTool({
  id: 'add',
  description: 'Adds',
  inputSchema: z.object({ left: z.number(), right: z.number() }),
  execute: ({ left, right }) => left + right,
})

const now = createTool({ id: 'now', description: 'Tells the time', execute: () => 'noon' })

/** An agent whose model says what is played. */
async function agentOf(...answers: readonly ChatAnswer[]): Promise<Agent> {
  server = await playChat(...answers)
  const model = { url: server.url, id: 'm' }
  return new Agent({ id: 'a', name: 'A', instructions: '', model, tools: { add, now } })
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const piece = (delta: unknown, more: object = {}) =>
  data({ choices: [{ index: 0, delta, ...more }] })
const DONE = 'data: [DONE]\n\n'

/** What an answer comes to that is read piece by piece. */
async function read(agent: Agent) {
  const stream = await agent.stream('Hello')
  const failures: unknown[] = []
  for await (const chunk of stream.fullStream) if (chunk.type === 'error') failures.push(chunk)
  if (failures.length > 0) return { text: '', results: [], failures, finishReason: 'error' }
  const { text, toolResults, finishReason } = await stream.getFullOutput()
  return { text, results: toolResults.map(({ payload }) => payload.result), failures, finishReason }
}

const CALL = {
  id: 'c1',
  type: 'function',
  function: { name: 'add', arguments: '{"left":1,"right":2}' },
}

describe('a stream that [DONE] ends', () => {
  it.each<readonly [string, string]>([
    ['has no finish reason', piece({ content: 'Hi' }) + DONE],
    ['has an empty finish reason', piece({ content: 'Hi' }, { finish_reason: '' }) + DONE],
    [
      'has a finish reason of its own word',
      piece({ content: 'Hi' }, { finish_reason: 'EOS' }) + DONE,
    ],
    [
      'has a finish reason that is no text',
      piece({ content: 'Hi' }, { finish_reason: false }) + DONE,
    ],
    [
      'has its finish reason in a piece without a delta',
      `${piece({ content: 'Hi' })}${data({ choices: [{ finish_reason: 'stop' }] })}${DONE}`,
    ],
    [
      'has pieces without choices',
      `${data({ choices: [] })}${data({ model: 'm' })}${data({ choices: null })}${piece({ content: 'Hi' })}${DONE}`,
    ],
    [
      'has a usage that is none',
      `${piece({ content: 'Hi' })}${data({ choices: [], usage: { prompt_tokens: 'x' } })}${DONE}`,
    ],
    [
      'has an error of null beside its choices',
      data({ error: null, choices: [{ delta: { content: 'Hi' } }] }) + DONE,
    ],
    [
      'has ids and times of another type',
      data({ id: 7, created: 'now', model: 3, choices: [{ delta: { content: 'Hi' } }] }) + DONE,
    ],
    ['has a role of its own', piece({ role: 'model', content: 'Hi' }) + DONE],
    [
      'has reasoning that is no text',
      piece({ reasoning: {}, reasoning_content: 1, content: 'Hi' }) + DONE,
    ],
    [
      'has messages in place of deltas',
      data({ choices: [{ message: { role: 'assistant', content: 'Hi' } }] }) + DONE,
    ],
    [
      'has content of null',
      piece({ content: null }) + piece({ content: 'Hi', tool_calls: null }) + DONE,
    ],
    [
      'has comments between its pieces',
      `: wait\n\n:\n\n${piece({ content: 'H' })}: wait\n\n${piece({ content: 'i' })}${DONE}`,
    ],
    ['ends its lines as Windows does', (piece({ content: 'Hi' }) + DONE).replaceAll('\n', '\r\n')],
    ['ends its lines as nobody does', (piece({ content: 'Hi' }) + DONE).replaceAll('\n', '\r')],
    [
      'names its events, and leaves out the blank',
      `event: message\nid: 1\n${piece({ content: 'Hi' }).replace('data: ', 'data:')}data:[DONE] \n\n`,
    ],
    ['ends without its last line end', `${piece({ content: 'Hi' })}data: [DONE]`],
    [
      'spreads a piece over two lines',
      `data: {"choices":[{"delta":\ndata: {"content":"Hi"}}]}\n\n${DONE}`,
    ],
    ['says more behind it', `${piece({ content: 'Hi' })}${DONE}${piece({ content: ' there' })}`],
  ])('is whole where it %s', async (_, text) => {
    expect(await read(await agentOf(events(text)))).toEqual({
      text: 'Hi',
      results: [],
      failures: [],
      finishReason: 'stop',
    })
  })

  it('is whole where the server leaves the connection open', async () => {
    const agent = await agentOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(piece({ content: 'Hi' }) + DONE)
    })

    expect(await read(agent)).toMatchObject({ text: 'Hi', failures: [] })
  })

  it('is whole however it is cut into packets', async () => {
    const bytes = Buffer.from(`${piece({ content: 'Grüße 🌦' })}${DONE}`.replaceAll('\n', '\r\n'))
    const agent = await agentOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const send = (at: number): void => {
        if (at === bytes.length) response.end()
        else response.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1))
      }
      send(0)
    })

    expect(await read(agent)).toMatchObject({ text: 'Grüße 🌦', failures: [] })
  })

  it('keeps the reason of one that was cut at its most tokens', async () => {
    const text = piece({ content: 'Hi' }, { finish_reason: 'max_tokens' }) + DONE

    expect(await read(await agentOf(events(text)))).toMatchObject({ finishReason: 'length' })
  })
})

describe('a stream that is not known to be whole', () => {
  it.each<readonly [string, string]>([
    ['ends without [DONE] and without a finish reason', piece({ content: 'Hi' })],
    ['says nothing before [DONE]', DONE],
    ['has no choices before [DONE]', data({ choices: [] }) + DONE],
    ['is empty', ''],
    [
      'tells of a failure before [DONE]',
      piece({ content: 'Hi' }) + data({ error: { message: 'out of memory' } }) + DONE,
    ],
    ['has a piece that is no JSON', `${piece({ content: 'Hi' })}data: {"choices":\n\n${DONE}`],
    ['has a piece that is a text', `${piece({ content: 'Hi' })}data: "Hi"\n\n${DONE}`],
  ])('fails where it %s', async (_, text) => {
    const agent = await agentOf(events(text))
    const outcome = await read(agent).catch((error: unknown) => ({ failures: [error] }))

    expect(outcome.failures).not.toEqual([])
  })

  it('fails where the connection breaks', async () => {
    const agent = await agentOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(piece({ content: 'Hi' }), () => response.destroy())
    })
    const outcome = await read(agent).catch((error: unknown) => ({ failures: [error] }))

    expect(outcome.failures).not.toEqual([])
  })
})

describe('calls of tools in a stream', () => {
  const calls = (...list: readonly object[]) => piece({ tool_calls: list })
  const { index: _, ...bare } = { ...CALL, index: 0 }

  it.each<readonly [string, string, readonly unknown[]]>([
    ['without a finish reason', calls({ index: 0, ...CALL }) + DONE, [3]],
    [
      'with the finish reason stop',
      calls({ index: 0, ...CALL }) + piece({}, { finish_reason: 'stop' }) + DONE,
      [3],
    ],
    [
      'with a finish reason of its own word',
      calls({ index: 0, ...CALL }) + piece({}, { finish_reason: 'tool_use' }) + DONE,
      [3],
    ],
    ['without an index', calls(bare) + DONE, [3]],
    ['with an index that is a text', calls({ ...CALL, index: '0' }) + DONE, [3]],
    ['without an id', calls({ index: 0, function: CALL.function }) + DONE, [3]],
    ['with an empty id', calls({ ...CALL, index: 0, id: '' }) + DONE, [3]],
    ['with an id that is a number', calls({ ...CALL, index: 0, id: 12 }) + DONE, [3]],
    [
      'with an empty id behind the first piece',
      calls({ index: 0, id: 'c1', function: { name: 'add', arguments: '{"left":1' } }) +
        calls({ index: 0, id: '', function: { name: '', arguments: ',"right":2}' } }) +
        DONE,
      [3],
    ],
    [
      'with the id in every piece',
      calls({ index: 0, id: 'c1', function: { name: 'add', arguments: '{"left":1' } }) +
        calls({ index: 0, id: 'c1', function: { arguments: ',"right":2}' } }) +
        DONE,
      [3],
    ],
    [
      'with arguments that are an object',
      calls({ index: 0, id: 'c1', function: { name: 'add', arguments: { left: 1, right: 2 } } }) +
        DONE,
      [3],
    ],
    [
      'without a function around its name',
      calls({ index: 0, id: 'c1', name: 'add', arguments: { left: 1, right: 2 } }) + DONE,
      [3],
    ],
    ['as an object in place of a list', piece({ tool_calls: CALL }) + DONE, [3]],
    [
      'with empty arguments',
      calls({ index: 0, id: 'c1', function: { name: 'now', arguments: '' } }) + DONE,
      ['noon'],
    ],
    [
      'with arguments of null',
      calls({ index: 0, id: 'c1', function: { name: 'now', arguments: null } }) + DONE,
      ['noon'],
    ],
    [
      'with the arguments "null"',
      calls({ index: 0, id: 'c1', function: { name: 'now', arguments: 'null' } }) + DONE,
      ['noon'],
    ],
    [
      'without arguments',
      calls({ index: 0, id: 'c1', function: { name: 'now' } }) + DONE,
      ['noon'],
    ],
    [
      'twice with one id',
      calls(
        { ...CALL, index: 0 },
        { ...CALL, index: 1, function: { name: 'now', arguments: '{}' } },
      ) + DONE,
      [3, 'noon'],
    ],
    [
      'twice with one index',
      calls({ ...CALL, index: 0 }) +
        calls({ index: 0, id: 'c2', function: { name: 'now', arguments: '{}' } }) +
        DONE,
      [3, 'noon'],
    ],
  ])('are made %s', async (_name, text, results) => {
    const outcome = await read(await agentOf(events(text), says('Done.')))

    expect(outcome).toMatchObject({ text: 'Done.', failures: [] })
    expect(outcome.results.toSorted()).toEqual([...results].toSorted())
  })

  it('have other ids than those before them in the conversation', async () => {
    const again = events(calls({ index: 0, ...CALL }) + DONE)
    await read(await agentOf(again, again, says('Done.')))
    const told = server?.seen.at(-1)?.messages ?? []
    const results = told.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]))

    expect(results).toHaveLength(2)
    expect(new Set(results).size).toBe(2)
  })

  it('are not made where the model was cut off', async () => {
    const text = calls({ index: 0, ...CALL }) + piece({}, { finish_reason: 'max_length' }) + DONE

    expect(await read(await agentOf(events(text)))).toMatchObject({
      results: [],
      finishReason: 'length',
    })
  })
})

describe('an answer that comes at once', () => {
  const whole = (message: object, more: object = {}) => json({ choices: [{ message, ...more }] })

  it.each<readonly [string, ChatAnswer]>([
    ['has no finish reason', whole({ role: 'assistant', content: 'Hi' })],
    ['has a role of its own', whole({ role: 'model', content: 'Hi', tool_calls: [] })],
    [
      'has an error of null',
      json({ error: null, id: 1, choices: [{ message: { content: 'Hi' } }] }),
    ],
  ])('is taken where it %s', async (_, answer) => {
    const { text, finishReason } = await (await agentOf(answer)).generate('Hello')

    expect({ text, finishReason }).toEqual({ text: 'Hi', finishReason: 'stop' })
  })

  it('is taken for a stream where the server does not stream', async () => {
    const answer = whole({ role: 'assistant', content: 'Hi' }, { finish_reason: 'stop' })

    expect(await read(await agentOf(answer))).toMatchObject({ text: 'Hi', failures: [] })
  })

  it('has calls that are made, with one id twice, as objects and without a reason', async () => {
    const args = { left: 1, right: 2 }
    const calls = [
      { id: 'c', function: { name: 'add', arguments: args } },
      { id: 'c', function: { name: 'now' } },
    ]
    const agent = await agentOf(whole({ content: null, tool_calls: calls }), says('Done.'))
    const { text, toolResults } = await agent.generate('Hello')

    expect(text).toBe('Done.')
    expect(toolResults.map(({ payload }) => payload.result)).toEqual([3, 'noon'])
    expect(new Set(toolResults.map(({ payload }) => payload.toolCallId)).size).toBe(2)
  })

  it.each<readonly [string, ChatAnswer]>([
    ['without choices', json({ choices: [] })],
    ['that is a failure', json({ error: { message: 'no memory' } })],
    ['that is no object', json('Hi')],
  ])('fails %s', async (_, answer) => {
    await expect((await agentOf(answer)).generate('Hello')).rejects.toThrow(AnswerError)
  })
})

describe('a picture by its address', () => {
  const ask = (part: object) => [{ role: 'user', content: [{ type: 'text', text: 'What?' }, part] }]

  it.each([
    { type: 'image', image: 'https://pictures.example/cat.png' },
    { type: 'image', image: 'http://pictures.example/cat.png', mediaType: 'image/png' },
    { type: 'file', data: 'https://pictures.example/cat.png', mediaType: 'image/png' },
  ])('goes to the server as it is: %j', async (part) => {
    await (await agentOf(says('A cat.'))).generate(ask(part))
    const url = 'image' in part ? part.image : part.data

    expect(server?.seen[0]?.messages.at(-1)?.['content']).toContainEqual({
      type: 'image_url',
      image_url: { url },
    })
  })

  it.each([
    { type: 'file', data: 'https://pictures.example/a.pdf', mediaType: 'application/pdf' },
    { type: 'file', data: 'https://pictures.example/a.mp3', mediaType: 'audio/mpeg' },
    { type: 'image', image: 'ftp://pictures.example/cat.png' },
  ])('is refused where it is none, or has no address of the web: %j', async (part) => {
    const agent = await agentOf(says('A cat.'))

    await expect(agent.generate(ask(part))).rejects.toThrow(InputError)
    expect(server?.seen).toEqual([])
  })
})
