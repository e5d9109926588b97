import { Agent, createTool, Mastra } from '@signet/core'
import { describe, expect, it } from 'vitest'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  tokenOf,
} from '@signet/test-support/application/application'
import { textModel } from '@signet/test-support/application/model'
import { createApp } from '../../app.js'
import { createClientNameNotice } from './client-name-notice.js'

const TEXT = (name: string) =>
  `The client sent ${name} as requestContext: read it with requestContext.client, where nothing is verified.`

describe('the notice of a name that only the client sent', () => {
  function createNotice() {
    const { logger, lines } = createLogRecorder()
    return { tell: createClientNameNotice(logger), lines }
  }

  it('is one warning for each name', () => {
    const { tell, lines } = createNotice()
    for (const name of ['tier', 'plan', 'tier']) tell(name)
    expect(lines).toStrictEqual(
      ['tier', 'plan'].map((name) => ({ level: 'warn', message: TEXT(name), fields: {} })),
    )
  })

  it('shows no name that is no legal id or looks like a credential', () => {
    const { tell, lines } = createNotice()
    const jwt = createTestAuth().sign({ sub: 'a' }, { expiresInSeconds: 60 })
    for (const name of ['a b', 'ü', '\n', jwt, `${'a'.repeat(129)}`]) tell(name)
    expect(lines.map(({ message }) => message)).toStrictEqual([TEXT('a name that is not shown')])
  })

  it('is of at most a hundred names', () => {
    const { tell, lines } = createNotice()
    for (let number = 0; number < 1000; number++) tell(`name-${number}`)
    expect(lines).toHaveLength(100)
  })
})

describe('an application that looks up what a client sent', () => {
  const { logger, lines } = createLogRecorder()
  const look = createTool({
    id: 'look',
    description: 'Looks',
    execute: async (_, { requestContext }) => ({ tier: requestContext.get('tier') ?? null }),
  })
  const agent = new Agent({
    id: 'dynamic',
    name: 'Dynamic',
    instructions: ({ requestContext }) => `Be ${String(requestContext.get('mood') ?? 'calm')}.`,
    model: textModel(),
  })
  const server = { auth: createTestAuth() }
  const app = createApp(new Mastra({ agents: { agent }, tools: { look }, server, logger }))
  const token = tokenOf('member')
  const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ message }) => message)

  async function ask(path: string, json: object): Promise<unknown> {
    const response = await app.fetch(makeRequest(path, { token, json }))
    expect(response.status).toBe(200)
    return await response.json()
  }

  it('gets nothing, and its log says where it is', async () => {
    const requestContext = { tier: 'gold', mood: 'wild', other: 1 }
    for (let time = 0; time < 3; time++) {
      const answer = await ask('/api/tools/look/execute', { data: {}, requestContext })
      expect(answer).toStrictEqual({ tier: null })
      await ask('/api/agents/dynamic/generate', { messages: 'Hello', requestContext })
    }
    expect(warnings()).toStrictEqual([TEXT('tier'), TEXT('mood')])
    expect(JSON.stringify(lines)).not.toMatch(/gold|wild/)
  })

  it('is told nothing where the client sent nothing', async () => {
    const before = warnings().length
    await ask('/api/tools/look/execute', { data: {} })
    expect(warnings()).toHaveLength(before)
  })
})
