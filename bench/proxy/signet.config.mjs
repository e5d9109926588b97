// The proxy that is measured, by `signet proxy`, as users start it: before the original, which is an application of Mastra.
import { MastraJwtAuth } from '@signet/auth'
import { defineProxy } from '@signet/proxy'

export default defineProxy({
  auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
  // One token asks for everybody.
  limits: { answers: false, requests: false, failures: false },
})
