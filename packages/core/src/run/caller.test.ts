import { AuthError, createPrincipal, DEFAULT_ROLES } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { RequestContext } from '../request-context.js'
import { judgeStored, storeCaller } from './caller.js'

const requestContext = new RequestContext([], {
  principal: createPrincipal({ sub: 'alice', role: 'member' }, { roles: DEFAULT_ROLES }),
  credential: { isRevoked: () => false, record: async () => ({}) },
})

/** Judges a stored caller where the judge fails. */
async function judgeBy(error: AuthError): Promise<unknown> {
  const stored = await storeCaller(requestContext, 'workflows:execute:report')
  return judgeStored(stored, () => Promise.reject(error))
}

describe('a stored caller', () => {
  it.each(['access_denied', 'token_revoked'] as const)('is refused with %s', async (code) => {
    const refusal = judgeBy(new AuthError(code, 'refused'))
    await expect(refusal).rejects.toMatchObject({ name: 'CallerRefusal', code })
  })

  it.each(['keys_unavailable', 'proofs_unavailable'] as const)(
    'is not refused where nobody can be judged just now: %s',
    async (code) => {
      const outage = new AuthError(code, 'down')
      await expect(judgeBy(outage)).rejects.toBe(outage)
    },
  )
})
