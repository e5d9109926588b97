import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Logger } from '../log/logger.js'
import { RequestContext } from '../request-context.js'
import { createTool, type Tool } from './create-tool.js'
import type { ToolContext } from './tool-config.js'
import { createToolContext } from './tool-context.js'

const requestContext = new RequestContext()
const suspend = async () => undefined

function toolOf(): Tool {
  return createTool({ id: 'send-mail', description: 'Sends mail', execute: () => 1 })
}

function setUp(members: Partial<ToolContext> = {}) {
  const warn = vi.fn<Logger['warn']>()
  const logger: Logger = { debug() {}, info() {}, warn, error() {} }
  const tool = toolOf()
  const make = () => createToolContext(tool, { requestContext, ...members }, logger)
  return { warn, make }
}

describe('the context of a tool', () => {
  it('has what is there, and nothing else as its own', () => {
    const agent = { agentId: 'a', toolCallId: 'c', suspend }
    const { warn, make } = setUp({ agent })
    expect({ ...make() }).toEqual({ requestContext, agent })
    expect(make().agent?.agentId).toBe('a')
    expect(warn).not.toHaveBeenCalled()
  })

  it('tells the log, once, that a tool reads what is not there', () => {
    const { warn, make } = setUp()
    expect(Reflect.get(make(), 'writer')).toBeUndefined()
    expect(Reflect.get(make(), 'writer')).toBeUndefined()
    expect(Reflect.get(make(), 'workflow')).toBeUndefined()
    expect(warn.mock.calls.map(([, fields]) => fields?.['member'])).toEqual([
      'context.writer',
      'context.workflow',
    ])
    expect(warn.mock.calls[0]).toEqual([
      'A tool reads a member of its context that Signet does not have.',
      {
        tool: 'send-mail',
        member: 'context.writer',
        remedy: 'Signet does not stream from inside a tool. Return the result.',
      },
    ])
  })

  it('tells the same of what is read of its agent', () => {
    const { warn, make } = setUp({ agent: { agentId: 'a', toolCallId: 'c', suspend } })
    expect(Reflect.get(make().agent ?? {}, 'messages')).toBeUndefined()
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ member: 'context.agent.messages' })
  })

  it('tells nothing of a tool that does not ask, also where its output is checked', async () => {
    const { warn, make } = setUp()
    const tool = createTool({
      id: 'one',
      description: 'One',
      outputSchema: z.number(),
      execute: () => 1,
    })
    expect(await tool.execute({}, make())).toBe(1)
    expect(warn).not.toHaveBeenCalled()
  })

  it('says who suspends a call that no agent makes', () => {
    const { warn, make } = setUp()
    expect(make().suspend).toBeUndefined()
    expect(make().resumeData).toBeUndefined()
    expect(warn.mock.calls[0]?.[1]).toMatchObject({
      member: 'context.suspend',
      remedy: 'Signet suspends a call of a tool only where an agent makes it.',
    })
  })

  it('tells nothing of a member that nobody has', () => {
    const { warn, make } = setUp()
    expect(Reflect.get(make(), 'zebra')).toBeUndefined()
    expect(warn).not.toHaveBeenCalled()
  })
})
