import { MastraJwtAuth } from '@signet/auth'
import type { Logger, Mastra, MemoryStorage } from '@signet/core'
import type { AppOptions } from '@signet/server'
import type { Store } from '@signet/store'
import { createRouteApplication } from '@signet/test-support/application/route-application'

const SECRET = 'the secret of the fuzzing of bodies, which nothing else uses'
const WEEK_SECONDS = 7 * 24 * 3600

function createAuth(): MastraJwtAuth {
  return new MastraJwtAuth({ secret: SECRET })
}

/** Who calls, and what they may do. Each issuer is a world of its own. */
export interface Caller {
  readonly issuer: string
  readonly subject: string
  readonly permissions: readonly string[]
  /** Of the token: each request has its own, so that one that logs out ends no other. */
  readonly tokenId: string
}

/** A token that the application accepts. */
export function signToken({ issuer, subject, permissions, tokenId }: Caller): string {
  const claims = { iss: issuer, sub: subject, permissions, jti: tokenId }
  return createAuth().sign(claims, { expiresInSeconds: WEEK_SECONDS })
}

/** The application that is asked. No limit counts how often callers ask. */
export function createBodiesApplication(storage: MemoryStorage, logger: Logger): Mastra {
  const limits = { answers: false, requests: false, failures: false } as const
  return createRouteApplication({ storage, logger, server: { auth: createAuth(), limits } })
}

/** How it is served: with every route that there is, those of development too. */
export function appOptions({ audit, apiKeys, revocations }: Store): AppOptions {
  return {
    state: { audit, apiKeys, revocations },
    isDevelopment: true,
    isLoopbackOnly: true,
  }
}
