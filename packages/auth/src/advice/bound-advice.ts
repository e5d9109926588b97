import { ownMember } from '../lib/object.js'
import type { Advice } from './advice.js'
import { quoted } from './quoted.js'

/** Says of a token that is bound to a key what its client must send beside it; nothing of any other. */
export function boundAdvice(claims: object): readonly Advice[] {
  const thumbprint = ownMember(ownMember(claims, 'cnf'), 'jkt')
  if (typeof thumbprint !== 'string') return []
  return [
    {
      cause:
        'The token is bound to a key of its client (cnf.jkt, RFC 9449). Without a proof of that key it lets nobody in, also not as Bearer.',
      found: quoted(thumbprint),
      remedy:
        'Send it as Authorization: DPoP <token>, and with each request a new proof in the header DPoP, signed with that key.',
    },
  ]
}
