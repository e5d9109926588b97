import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { RequestContext } from '../request-context.js'
import { createTool, type Tool, type ToolConfig } from './create-tool.js'
import { SuspendingCall } from './suspending-call.js'

function toolOf(options: object): Tool {
  return createTool({
    id: 'ask',
    description: 'Asks',
    execute: () => 'done',
    ...options,
  } as ToolConfig<z.ZodUnknown, z.ZodUnknown>)
}

describe('a tool', () => {
  it('waits a day for what it asks for, or as long as it says', () => {
    expect(toolOf({}).suspension.expiresInSeconds).toBe(86_400)
    const { suspension } = toolOf({ suspension: { expiresInSeconds: 1 } })
    expect(suspension.expiresInSeconds).toBe(1)
  })

  it.each<readonly [string, unknown]>([
    ['suspension', null],
    ['suspension', {}],
    ['suspension', []],
    ['suspension', 60],
    ...[undefined, null, 0, -1, 1.5, NaN, Infinity, '60', 2_592_001].map(
      (expiresInSeconds) => ['suspension.expiresInSeconds', { expiresInSeconds }] as const,
    ),
  ])('is refused by the name %s: %o', (name, suspension) => {
    expect(() => toolOf({ suspension })).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) }),
    )
  })

  it('is refused a misspelt option of its suspension, with the nearest name', () => {
    expect(() => toolOf({ suspension: { expiresInSecond: 1 } })).toThrow(
      'Did you mean expiresInSeconds?',
    )
  })

  it.each(['suspendSchema', 'resumeSchema'])('is refused a %s that is no schema', (name) => {
    const { refusals } = toolOf({ [name]: 'question' })
    expect(refusals.options).toMatchObject([{ name, isGuard: true }])
  })

  it.each<readonly [string, object, boolean]>([
    ['nothing', {}, false],
    ['a suspendSchema', { suspendSchema: z.object({}) }, true],
    ['a resumeSchema', { resumeSchema: z.object({}) }, true],
    ['a suspension', { suspension: { expiresInSeconds: 60 } }, true],
  ])('that has %s says whether it suspends calls', (_case, options, isDeclared) => {
    expect(toolOf(options).suspension.isDeclared).toBe(isDeclared)
  })
})

describe('what a call is resumed with', () => {
  const { suspension } = toolOf({ resumeSchema: z.object({ seat: z.string().default('any') }) })

  it('is what the schema makes of it', async () => {
    expect(await suspension.readResumeData({})).toStrictEqual({ seat: 'any' })
    expect(await suspension.readResumeData({ seat: null })).toStrictEqual({ seat: 'any' })
  })

  it('is anything where there is no schema', async () => {
    expect(await toolOf({}).suspension.readResumeData(null)).toBeNull()
    await expect(toolOf({}).suspension.readResumeData(undefined)).rejects.toMatchObject({
      issues: [{ field: 'resumeData' }],
    })
  })

  it.each<readonly [unknown, string]>([
    [{ seat: 4 }, 'resumeData.seat'],
    ['4a', 'resumeData'],
    [undefined, 'resumeData'],
    [{ seat: 'x'.repeat(65_536) }, 'resumeData'],
  ])('is refused where it does not fit', async (data, field) => {
    await expect(suspension.readResumeData(data)).rejects.toMatchObject({ issues: [{ field }] })
  })
})

describe('one execution of a tool', () => {
  const requestContext = new RequestContext()
  const question = { suspendSchema: z.object({ question: z.string() }) }

  it('has suspended its call, and what it returns is no result', async () => {
    const tool = toolOf({
      ...question,
      outputSchema: z.object({ n: z.number() }),
      execute: (_input: unknown, { suspend }: { suspend?: (payload: unknown) => unknown }) =>
        suspend?.({ question: 'Which?' }),
    })
    const call = new SuspendingCall(tool)
    await tool.execute({}, { requestContext, suspend: call.suspend })
    expect(await call.close()).toStrictEqual({ payload: { question: 'Which?' } })
  })

  it('has not suspended its call where it did not say so', async () => {
    expect(await new SuspendingCall(toolOf(question)).close()).toBeUndefined()
  })

  it.each<readonly [string, readonly unknown[]]>([
    ['what does not fit', [{ question: 4 }]],
    ['too much', [{ question: 'x'.repeat(65_536) }]],
    ['options of Mastra', [{ question: 'Which?' }, { resumeLabel: 'x' }]],
  ])('fails where it says %s, also where it does not wait for that', async (_case, given) => {
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    const call = new SuspendingCall(toolOf(question))
    void Reflect.apply(call.suspend, undefined, given)
    await expect(call.close()).rejects.toBeInstanceOf(TypeError)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('suspends its call once, and not after its end', async () => {
    const twice = new SuspendingCall(toolOf(question))
    await twice.suspend({ question: 'One?' })
    await expect(twice.suspend({ question: 'Two?' })).rejects.toThrow('twice')
    await expect(twice.close()).rejects.toThrow('twice')
    const late = new SuspendingCall(toolOf(question))
    await late.close()
    await expect(late.suspend({ question: 'One?' })).rejects.toThrow('has ended')
  })
})
