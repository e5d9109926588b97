import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { RequestContext } from '../request-context.js'
import { createTool, type Tool, type ToolConfig } from './create-tool.js'

const requestContext = new RequestContext()

function toolOf(options: object): Tool {
  return createTool({
    id: 'pay',
    description: 'Pays',
    inputSchema: z.object({ amount: z.number() }),
    execute: () => 'paid',
    ...options,
  } as ToolConfig<z.ZodObject<{ amount: z.ZodNumber }>, z.ZodUnknown>)
}

describe('a tool', () => {
  it.each<readonly [string, object]>([
    ['nothing', {}],
    ['requireApproval: false', { requireApproval: false }],
  ])('of %s asks nobody', (_case, options) => {
    expect(toolOf(options).approval).toBeUndefined()
  })

  it('that demands an approval waits a day, or as long as it says', () => {
    expect(toolOf({ requireApproval: true }).approval?.expiresInSeconds).toBe(86_400)
    const approval = { expiresInSeconds: 1 }
    const tool = toolOf({ requireApproval: () => false, approval })
    expect(tool.approval?.expiresInSeconds).toBe(1)
  })

  it.each<readonly [string, object]>([
    ['requireApproval', { requireApproval: undefined }],
    ['requireApproval', { requireApproval: null }],
    ['requireApproval', { requireApproval: 'true' }],
    ['requireApproval', { requireApproval: 1 }],
    ['requireApproval', { requireApproval: {} }],
    ['requireApproval', { requireApproval: [] }],
    ['approval', { requireApproval: true, approval: undefined }],
    ['approval', { requireApproval: true, approval: {} }],
    ['approval', { requireApproval: true, approval: [] }],
    ['approval', { requireApproval: true, approval: 'other' }],
    ['approval', { approval: { expiresInSeconds: 60 } }],
    ['approval', { requireApproval: false, approval: { expiresInSeconds: 60 } }],
    ...[undefined, null, 0, -1, 1.5, NaN, Infinity, '60', 2_592_001].map(
      (expiresInSeconds) =>
        [
          'approval.expiresInSeconds',
          { requireApproval: true, approval: { expiresInSeconds } },
        ] as const,
    ),
  ])('is refused by the name %s: %o', (name, options) => {
    expect(() => toolOf(options)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) }),
    )
  })

  it('may demand that it is somebody else', () => {
    expect(toolOf({ requireApproval: true }).approval?.byOther).toBe(false)
    const tool = toolOf({ requireApproval: true, approval: { by: 'other' } })
    expect(tool.approval?.byOther).toBe(true)
  })

  it.each([undefined, null, '', 'self', 'Other', true, ['other']])(
    'is refused anybody else than the other: %o',
    (by) => {
      expect(() => toolOf({ requireApproval: true, approval: { by } })).toThrow(
        expect.objectContaining({
          code: 'option_invalid',
          message: expect.stringContaining('approval.by'),
        }),
      )
    },
  )

  it('is refused a misspelt option of its approval, with the nearest name', () => {
    expect(() => toolOf({ requireApproval: true, approval: { expiresInSecond: 1 } })).toThrow(
      'Did you mean expiresInSeconds?',
    )
  })

  it('gives its function what the schema made of the input, and the context', async () => {
    const rule = vi.fn<() => boolean>(() => false)
    const tool = toolOf({
      inputSchema: z.object({ amount: z.number().default(7) }),
      requireApproval: rule,
    })
    expect(await tool.approval?.isNeeded({}, { requestContext })).toBe(false)
    expect(rule).toHaveBeenCalledExactlyOnceWith({ amount: 7 }, { requestContext })
  })

  it.each<readonly [string, unknown]>([
    ['true', true],
    ['undefined', undefined],
    ['a text', 'false'],
    ['0', 0],
    ['a promise of null', Promise.resolve(null)],
  ])('lets no call through whose function returns %s', async (_case, answer) => {
    const tool = toolOf({ requireApproval: () => answer })
    expect(await tool.approval?.isNeeded({ amount: 1 }, { requestContext })).toBe(true)
  })

  it('asks for no approval of an input that does not fit, and does not call its function', async () => {
    const rule = vi.fn<() => boolean>(() => true)
    const tool = toolOf({ requireApproval: rule })
    expect(await tool.approval?.isNeeded({ amount: 'x' }, { requestContext })).toBe(false)
    expect(rule).not.toHaveBeenCalled()
  })
})
