import { signAnew } from './anew.js'
import { isInMilliseconds } from './claim-advice.js'
import type { Advice, Refusal } from './advice.js'
import { quoted } from './quoted.js'
import { durationWords } from './time-text.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** What deserves a look in the times of a token that is accepted; undefined where nothing does. */
export function timeSuspicion(refusal: Refusal): Advice | undefined {
  const { claims } = readParts(refusal.token)
  if (claims === undefined) return undefined
  const expiry = ownMember(claims, 'exp')
  if (expiry === undefined) {
    return {
      cause:
        'It never expires: exp is missing. Production refuses that, unless requireExpiry is false.',
      expected: 'exp',
      ...signAnew('Create one that expires', refusal),
    }
  }
  if (!isInMilliseconds(expiry)) return undefined
  return {
    cause: `exp is ${quoted(expiry)}, which counts milliseconds. It must count seconds since 1970. Read as seconds, the token is valid for ${durationWords(expiry - refusal.now)}.`,
    found: quoted(expiry),
    expected: 'seconds since 1970',
    ...signAnew('Create a new one', refusal),
  }
}
