import { once } from 'node:events'
import { Mastra } from '@mastra/core'
import { InMemoryStore } from '@mastra/core/storage'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { createNodeServer } from '@mastra/deployer/server'
import { z } from 'zod'
import type { OriginalServer } from './original-server.js'

const order = z.object({ order: z.string(), amount: z.number() })

/** Serves the workflows `refund` and `failing` of the tests, as they are written for Mastra, on a free port. */
export async function startOriginalWorkflows(): Promise<OriginalServer> {
  const check = createWorkflow({ id: 'check', inputSchema: order, outputSchema: order })
    .then(
      createStep({
        id: 'look',
        inputSchema: order,
        outputSchema: order,
        execute: async ({ inputData, writer }) => {
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
    execute: async ({ inputData, resumeData, suspend, bail }) => {
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
        execute: async () => {
          throw new Error('a cause that stays inside')
        },
      }),
    )
    .commit()
  const mastra = new Mastra({
    workflows: { refund, failing },
    storage: new InMemoryStore(),
    logger: false,
    server: { port: 0, host: '127.0.0.1' },
  })
  const server = await createNodeServer(mastra)
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
