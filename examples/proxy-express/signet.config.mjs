import { MastraJwtAuth } from '@signet/auth'
import { defineProxy } from '@signet/proxy'
import { policy } from './policy.mjs'

export default defineProxy({
  auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET }),
  policy,
})
