import { TokenError, type AuthRequest } from '@signet/auth'
import {
  bearerWarnings,
  continueExplanation,
  explainByProvider,
  explainChecks,
  explainPasted,
  requestOfBearer,
  withoutProof,
  tokenHeaderOf,
  withWarnings,
  type BearerExplanation,
} from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import type { Incoming } from '../http/incoming.js'
import { admitBearer, keysFor, type Admitted, type TokenJudge } from '../gate/credential.js'
import { errorCode } from '../error/error-response.js'
import type { Revocations } from '../revocation/revocations.js'

/** By what a token is explained: what the gate judges it by. */
export interface ExplainedBy extends TokenJudge {
  readonly revocations: Pick<Revocations, 'isRevoked' | 'untilCurrent'>
  readonly logger: Logger
}

/** Shorter texts are in many words, and no secret. */
const MIN_HIDDEN = 8
const HIDDEN = '[hidden]'

/** A provider of the application words its reasons itself: whatever it quotes, no token is told. */
function hideToken(explanation: BearerExplanation, token: string): BearerExplanation {
  const secrets = [token, ...token.split('.')].filter(({ length }) => length >= MIN_HIDDEN)
  const hidden = (text: string | undefined) =>
    secrets.reduce((rest, secret) => rest?.replaceAll(secret, HIDDEN), text)
  return {
    ...explanation,
    reason: hidden(explanation.reason),
    found: hidden(explanation.found),
    expected: hidden(explanation.expected),
    remedy: hidden(explanation.remedy),
    command: hidden(explanation.command),
  }
}

function failed(by: string): BearerExplanation {
  return {
    accepted: false,
    by,
    steps: [{ name: 'provider', result: 'fail' }],
    reason: 'The provider failed with an error that is not a refusal. The log has the error.',
    remedy: 'Have the provider throw an AuthError where it refuses a token.',
  }
}

async function explain(
  by: ExplainedBy,
  token: string,
  request: AuthRequest,
): Promise<BearerExplanation> {
  const authority = keysFor(token, by)?.auth ?? by.provider
  const explanation = await explainByProvider(authority, token, request)
  if (!explanation.accepted) return explanation
  let admitted: Admitted | undefined
  const checks = [
    {
      name: 'user',
      async check() {
        admitted = await admitBearer(by, token, request)
      },
    },
    {
      name: 'withdrawal',
      async check() {
        const { revocations } = by
        await revocations.untilCurrent()
        if (admitted?.revocable.some((each) => revocations.isRevoked(each)) === false) return
        throw new TokenError('token_revoked', 'The token was revoked.')
      },
    },
  ]
  const admission = await explainChecks(checks, () => ({ token, now: Date.now() / 1000 }))
  const whole = continueExplanation(explanation, { ...admission, by: explanation.by })
  const principal = admitted?.principal
  const warnings =
    principal === undefined ? [] : bearerWarnings(authority, token, principal, by.roles)
  return { ...withWarnings(whole, warnings), principal }
}

/**
 * Says what the gate makes of what somebody pasted as a token, and why, without letting anyone in: the checks of its provider or of
 * the API keys, then whether its user is let in and whether it was revoked. The principal is told of every
 * token that verifies, also of one that was revoked.
 *
 * @param request - of whoever asks; a provider is given it with this token in place of theirs
 * @throws an error of the storage
 */
export async function explainForServer(
  by: ExplainedBy,
  text: string,
  request: Incoming,
): Promise<BearerExplanation> {
  const header = tokenHeaderOf(by.provider)
  try {
    return await explainPasted(text, async (token) =>
      hideToken(
        await explain(by, token, withoutProof(requestOfBearer(token, request, header))),
        token,
      ),
    )
  } catch (error) {
    // Only what is unavailable is not a fault of the provider.
    if (errorCode(error) !== 'internal') throw error
    by.logger.error('A provider failed while it explained a token.', { error })
    return failed(by.provider.name ?? 'unnamed')
  }
}
