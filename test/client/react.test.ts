import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { MastraClient } from '../../packages/client-js/src/client.js'
import { Chat } from '../../packages/client-js/src/react/chat.js'
import {
  MastraProvider,
  useAgent,
  useMastraClient,
} from '../../packages/client-js/src/react/index.js'
import { createSource } from '../../packages/client-js/src/react/source.js'
import { hangingModel, toolModel, type TestModel } from '@signet/test-support/application/model'
import { tokenFor, useApplications } from '@signet/test-support/application/remembering-application'

const createApplication = useApplications()

/** A client of a server on a free port. */
async function connect(model?: TestModel, claims?: Parameters<typeof tokenFor>[1]) {
  const { serve } = await createApplication(model === undefined ? {} : { model })
  const { url } = await serve()
  return new MastraClient({ baseUrl: url, token: tokenFor('alice', claims) })
}

const open = (client: MastraClient, threadId?: string) =>
  new Chat(createSource(client, 'weatherAgent', threadId))

describe('a chat with a real agent', () => {
  it('shows question, answer and tool calls', async () => {
    const chat = open(await connect(toolModel('weatherTool', { place: 'London' })))
    await chat.load()
    await chat.send('Weather?')
    const { messages, status, error } = chat.getState()
    expect({ status, error }).toStrictEqual({ status: 'ready', error: undefined })
    expect(messages).toMatchObject([
      { role: 'user', text: 'Weather?' },
      {
        role: 'assistant',
        text: 'Done.',
        toolCalls: [{ toolName: 'weatherTool', state: 'done', result: { degrees: 21 } }],
      },
    ])
  })

  it('goes on with what a thread remembers, and begins one that is not there', async () => {
    const client = await connect(toolModel('weatherTool', { place: 'London' }))
    const first = open(client, 'trip')
    await first.load()
    expect(first.getState()).toMatchObject({ status: 'ready', messages: [] })
    await first.send('Weather?')
    const second = open(client, 'trip')
    await second.load()
    const seen = (chat: Chat) =>
      chat.getState().messages.map(({ role, text, parts }) => ({
        role,
        text,
        parts: parts.map((part) =>
          part.type === 'tool-call'
            ? { ...part.toolCall, startedAt: undefined, durationMs: undefined }
            : { type: part.type, text: part.text },
        ),
      }))
    expect(seen(second)).toEqual(seen(first))
    expect(second.getState().messages).toHaveLength(2)
    expect(second.getState().messages[1]?.id).toBe(first.getState().messages[1]?.id)
  })

  it('stops the agent', async () => {
    const { model, aborted } = hangingModel()
    const chat = open(await connect(model))
    chat.subscribe(() => {
      if (chat.getState().messages[1]?.text === 'First') chat.stop()
    })
    await chat.send('Hello')
    await aborted
    expect(chat.getState()).toMatchObject({ status: 'ready', error: undefined })
    expect(chat.getState().messages.map(({ text }) => text)).toStrictEqual(['Hello', 'First'])
  })

  it('says what the token does not grant', async () => {
    const chat = open(await connect(undefined, { scope: 'agents:read' }), 'trip')
    await chat.load()
    expect(chat.getState()).toMatchObject({
      status: 'error',
      error: { code: 'scope_insufficient', missingScope: 'memory:read' },
    })
    await chat.send('Hello')
    expect(chat.getState()).toMatchObject({
      status: 'error',
      error: { missingScope: 'agents:execute:weather-agent' },
    })
  })
})

describe('the hooks', () => {
  const client = new MastraClient({ baseUrl: 'https://api.example' })

  function Status(): ReactNode {
    const { status, messages } = useAgent('weatherAgent', { threadId: 'trip' })
    return `${status} ${messages.length} ${useMastraClient() === client}`
  }

  it('have the client of their provider, and render on a server too', () => {
    const page = createElement(MastraProvider, { client, children: createElement(Status) })
    expect(renderToStaticMarkup(page)).toBe('loading 0 true')
  })

  it('refuse to run without a provider', () => {
    expect(() => renderToStaticMarkup(createElement(Status))).toThrow(/inside a MastraProvider/)
  })
})
