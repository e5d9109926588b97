import { registerApiRoute } from '@signet/core/server'
import { z } from 'zod'
import { OPENING_HOURS } from './helpdesk.js'

const Ticket = z.object({ title: z.string().min(1).max(200) })
const Question = z.object({ question: z.string().min(1).max(2000) })

/** The tickets of each owner. The server derives the id of the owner from the token. */
const ticketsByOwner = new Map<string, readonly z.infer<typeof Ticket>[]>()

/** Everyone may read the opening hours: `requiresAuth: false` opens the route. */
const hours = registerApiRoute('/hours', {
  method: 'GET',
  requiresAuth: false,
  handler: (c) => c.json({ open: OPENING_HOURS }),
})

/** A route that says nothing about access needs a valid token. Each caller sees their own tickets. */
const listTickets = registerApiRoute('/tickets', {
  method: 'GET',
  handler: (c) => {
    const owner = c.get('requestContext').principal?.resourceId ?? ''
    return c.json({ tickets: ticketsByOwner.get(owner) ?? [] })
  },
})

const createTicket = registerApiRoute('/tickets', {
  method: 'POST',
  handler: async (c) => {
    const owner = c.get('requestContext').principal?.resourceId ?? ''
    const ticket = Ticket.safeParse(await c.req.json())
    if (!ticket.success) return c.json({ error: 'A ticket needs a title.' }, 400)
    ticketsByOwner.set(owner, [...(ticketsByOwner.get(owner) ?? []), ticket.data])
    return c.json(ticket.data, 201)
  },
})

/** The token must grant the permission for the agent in the path, such as `agents:execute:helpdesk`. */
const ask = registerApiRoute('/ask/:agentId', {
  method: 'POST',
  access: 'agents:execute:{agentId}',
  handler: async (c) => {
    const question = Question.safeParse(await c.req.json())
    if (!question.success) return c.json({ error: 'The question is missing.' }, 400)
    const agent = c.get('mastra').findAgent(c.req.param('agentId') ?? '')
    if (agent === undefined) return c.json({ error: 'There is no such agent.' }, 404)
    // With the request context, the agent calls only the tools that the token permits.
    const requestContext = c.get('requestContext')
    const { text } = await agent.generate(question.data.question, { requestContext })
    return c.json({ text })
  },
})

export const routes = [hours, listTickets, createTicket, ask]
