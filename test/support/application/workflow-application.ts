import { MastraJwtAuth } from '@signet/auth'
import {
  Mastra,
  ToolError,
  type Logger,
  type RequestContext,
  type ServerConfig,
} from '@signet/core'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { z } from 'zod'
import { createLogRecorder, SECRET, type LogLine } from './application.js'

/** An application of a test that has workflows, and what its steps were given. */
export interface WorkflowApplication {
  readonly mastra: Mastra
  readonly log: readonly LogLine[]
  readonly contexts: readonly RequestContext[]
  /** Lets the steps go on that wait in the workflow `gate`. */
  open(): void
}

const order = z.object({ order: z.string(), amount: z.number() })

/**
 * Makes an application of the workflows `refund-order` (key `refund`), which waits for a person between two steps, `gate`,
 * which runs until `open` is called, and `failing`, whose step fails by what its input says.
 */
export function createWorkflowApplication(
  options: { readonly server?: ServerConfig; readonly logger?: Logger } = {},
): WorkflowApplication {
  const recorder = createLogRecorder()
  const contexts: RequestContext[] = []
  let waiting: (() => void)[] = []
  const check = createWorkflow({ id: 'check', inputSchema: order, outputSchema: order })
    .then(
      createStep({
        id: 'look',
        inputSchema: order,
        outputSchema: order,
        async execute({ inputData, requestContext, writer }) {
          contexts.push(requestContext)
          await writer.write({ looked: inputData.order })
          return inputData
        },
      }),
    )
    .commit()
  const review = createStep({
    id: 'review',
    description: 'Asks a person.',
    inputSchema: order,
    outputSchema: order,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ isFine: z.boolean() }),
    async execute({ inputData, resumeData, requestContext, suspend, bail }) {
      contexts.push(requestContext)
      if (resumeData === undefined)
        return await suspend({ question: `Refund ${inputData.amount}?` })
      return resumeData.isFine ? inputData : bail({ refused: inputData.order })
    },
  })
  const refund = createWorkflow({
    id: 'refund-order',
    description: 'Pays money back.',
    inputSchema: order,
    outputSchema: z.object({ paid: z.number() }),
  })
    .then(check)
    .then(review)
    .map(async ({ inputData }) => ({ paid: inputData.amount }))
    .commit()
  const gate = createWorkflow({
    id: 'gate',
    inputSchema: z.object({}),
    outputSchema: z.object({ isOpen: z.boolean() }),
  })
    .then(
      createStep({
        id: 'wait',
        inputSchema: z.object({}),
        outputSchema: z.object({ isOpen: z.boolean() }),
        execute: ({ abortSignal }) =>
          new Promise((resolve) => {
            const settle = () => resolve({ isOpen: !abortSignal.aborted })
            waiting.push(settle)
            abortSignal.addEventListener('abort', settle)
          }),
      }),
    )
    .commit()
  const failing = createWorkflow({
    id: 'failing',
    inputSchema: z.object({ isTold: z.boolean() }),
    outputSchema: z.unknown(),
  })
    .then(
      createStep({
        id: 'fail',
        inputSchema: z.object({ isTold: z.boolean() }),
        outputSchema: z.unknown(),
        async execute({ inputData }): Promise<never> {
          if (inputData.isTold) throw new ToolError('There is nothing to pay back.')
          throw new Error('a cause that stays inside')
        },
      }),
    )
    .commit()
  const mastra = new Mastra({
    workflows: { refund, gate, failing },
    server: { auth: new MastraJwtAuth({ secret: SECRET }), ...options.server },
    logger: options.logger ?? recorder.logger,
  })
  return {
    mastra,
    log: recorder.lines,
    contexts,
    open() {
      for (const settle of waiting) settle()
      waiting = []
    },
  }
}
