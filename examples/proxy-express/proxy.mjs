import { MastraJwtAuth } from '@signet/auth'
import { createProxy } from '@signet/proxy'
import { serve } from '@signet/server'
import { policy } from './policy.mjs'

const proxy = createProxy(
  {
    auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
    upstream: `http://127.0.0.1:${process.env.AGENT_PORT ?? 4112}`,
  },
  // The agent server verifies no tokens; only this machine reaches it.
  { policy, isUpstreamOpen: true },
)

await proxy.begin()
const server = await serve(proxy.answer, {
  port: Number(process.env.PORT ?? 4111),
  hostname: '127.0.0.1',
})
console.log('The proxy listens.')

async function stop() {
  await server.close(0)
  await proxy.close()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
