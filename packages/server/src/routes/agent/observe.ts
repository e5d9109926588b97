import { z } from 'zod'
import { sendReplay } from '../../answer/send-answer.js'
import { createObserverSlots } from '../../limit/observer-slots.js'
import { OBSERVE_OPTIONS } from '../../route/option/route-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { idText } from '../schema.js'
import { requireAgent } from './find.js'

const observeRequest = z.object({ runId: idText, offset: z.int().min(0).optional() })

/** Answers that go on without their client. */
export function observeRoutes(): readonly Route[] {
  const slots = createObserverSlots()

  const observe = defineRoute({
    method: 'POST',
    path: '/agents/:agentId/observe',
    access: 'agents:execute:{agentId}',
    summary:
      'The events of an answer of the caller that goes on without its client, from an index on, as server-sent events',
    bodyOptions: OBSERVE_OPTIONS,
    body: observeRequest,
    async handler(input) {
      const { body, principal, requestContext, signal } = input
      const agent = requireAgent(input.mastra, input.params.agentId)
      const leave = slots.take(principal, body.runId)
      try {
        const replay = await agent.observe({ ...body, requestContext, abortSignal: signal })
        return sendReplay(input, replay, leave)
      } catch (error) {
        leave()
        throw error
      }
    },
  })

  const cancel = defineRoute({
    method: 'POST',
    path: '/agents/:agentId/runs/:runId/cancel',
    access: 'agents:execute:{agentId}',
    summary: 'Ends an answer of the caller that goes on without its client, or waits',
    async handler({ mastra, params, requestContext }) {
      const agent = requireAgent(mastra, params.agentId)
      return { canceled: await agent.cancelRun({ runId: params.runId, requestContext }) }
    },
  })

  return [observe, cancel]
}
