import { signAnew } from './anew.js'
import { apiKeyAdvice, isSentAsKey } from './api-key-advice.js'
import {
  audienceAdvice,
  claimAdvice,
  expiryAdvice,
  issuerAdvice,
  startAdvice,
  typeAdvice,
} from './claim-advice.js'
import type { Advice, Refusal } from './advice.js'
import { formAdvice } from './form-advice.js'
import { generalAdvice } from './general.js'
import { algorithmAdvice, keyAdvice, signatureAdvice } from './key-advice.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** Of a token that is too large only what says who calls is worth keeping. */
const KEPT: readonly string[] = ['sub', 'role', 'roles', 'aud', 'iss']
/** Without them and without a role, a new token would have the default role. */
const SCOPES: readonly string[] = ['scope', 'scp', 'permissions']

function sizeAdvice(refusal: Refusal): Advice {
  const found = `${refusal.token.length} bytes`
  const most = refusal.expectations?.maxTokenBytes
  const { claims } = readParts(refusal.token)
  const hasRole =
    ownMember(claims, 'role') !== undefined || ownMember(claims, 'roles') !== undefined
  const kept = hasRole ? KEPT : [...KEPT, ...SCOPES]
  const large = Object.keys(claims ?? {}).filter((name) => !kept.includes(name))
  const change = Object.fromEntries(large.map((name) => [name, undefined]))
  return {
    cause: `The token is too large: it has ${found}${most === undefined ? '' : `; this server accepts at most ${most} (maxTokenBytes)`}.`,
    found,
    ...(most !== undefined && { expected: `${most} bytes at most` }),
    ...signAnew(
      'Put less into it, such as a role in place of a long list of scopes',
      refusal,
      change,
    ),
  }
}

function revokedAdvice(refusal: Refusal): Advice {
  return {
    cause: 'The token was revoked. It never becomes valid again.',
    ...signAnew('Create a new one', refusal),
  }
}

/** What a provider said, where the token itself tells nothing of it. */
function saidAdvice({ code, message }: Refusal): Advice {
  const general = generalAdvice(code)
  return { ...general, cause: message ?? general.cause }
}

const ADVICE: Readonly<Partial<Record<Refusal['code'], (refusal: Refusal) => Advice>>> = {
  token_malformed: formAdvice,
  token_too_large: sizeAdvice,
  token_algorithm: algorithmAdvice,
  token_key_unknown: keyAdvice,
  token_signature: signatureAdvice,
  token_expired: expiryAdvice,
  token_not_active: startAdvice,
  token_issuer: issuerAdvice,
  token_audience: audienceAdvice,
  token_type: typeAdvice,
  token_claim: claimAdvice,
  token_revoked: revokedAdvice,
}

/**
 * Words a refusal: cause, what was found and what was expected, and the remedy. The one place of these words, for
 * whoever may know them: whoever holds the token, and the operator. Nothing of it goes to a stranger, to
 * whom the wire says one sentence per code.
 *
 * What it quotes of the token is escaped, and cut. It holds no token, key or secret.
 */
export function advise(refusal: Refusal): Advice {
  if (isSentAsKey(refusal.token)) return apiKeyAdvice(refusal)
  // What cannot be read as a token may be another provider's: its provider knows more.
  const isJwt = ownMember(readParts(refusal.token).header, 'alg') !== undefined
  const isOfForm = refusal.code === 'token_malformed' || refusal.code === 'token_too_large'
  if (!isJwt && !isOfForm && refusal.message !== undefined) return saidAdvice(refusal)
  return (ADVICE[refusal.code] ?? saidAdvice)(refusal)
}
