import { MastraJwtAuth } from '@signet/auth'
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { registerApiRoute } from '@signet/core/server'

/** The issuer of a partner: see partner.mjs. */
const PARTNER = `http://localhost:${process.env.PARTNER_PORT ?? 4120}`

// Built in, works offline and needs no key. Set MODEL for a real one, such as openai/gpt-5-mini.
const model = process.env.MODEL || 'signet/rehearsal'

const clerk = new Agent({
  id: 'clerk',
  name: 'Clerk',
  instructions: 'You answer questions of our staff.',
  model,
})

const guide = new Agent({
  id: 'guide',
  name: 'Guide',
  instructions: 'You answer questions of guests.',
  model,
})

const auth = new MastraJwtAuth({
  issuers: [
    // Our own tokens, signed with a secret. `npx signet token --iss staff` makes one.
    { issuer: 'staff', secret: process.env.MASTRA_JWT_SECRET },
    // The tokens of the partner, verified with the public keys that the partner publishes.
    {
      issuer: PARTNER,
      jwksUri: `${PARTNER}/keys`,
      audience: 'signet-example',
      algorithms: ['ES256'],
      // What a role of the partner means here. Our own roles mean nothing in a token of the partner.
      roles: { guest: ['agents:read:guide', 'agents:execute:guide'] },
      // The most that the partner can grant, whatever a token says.
      grants: ['agents:read:guide', 'agents:execute:guide'],
    },
  ],
})

/** Says who calls, and which agents they may ask. */
const whoAmI = registerApiRoute('/who-am-i', {
  method: 'GET',
  handler: (c) => {
    const requestContext = c.get('requestContext')
    const agents = [clerk, guide].filter(({ id }) => requestContext.allows(`agents:execute:${id}`))
    return c.json({
      subject: requestContext.principal?.subject,
      issuer: requestContext.principal?.issuer,
      mayAsk: agents.map(({ id }) => id),
    })
  },
})

export const mastra = new Mastra({
  agents: { clerk, guide },
  server: { auth, apiRoutes: [whoAmI] },
})
