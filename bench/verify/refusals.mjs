import { coldSignet } from './peers/all.mjs'
import { measureRounds } from './round.mjs'
import { ratioOf } from './statistics.mjs'
import { breakSignature, makeTokens } from './tokens.mjs'

const REFUSED = { sub: 'refused' }

/** The peer turned round: a refusal is the right answer, and anything else is an error. */
function refusing(peer) {
  const accepted = () => {
    throw new Error('A peer accepted a token that is to be refused.')
  }
  const refused = () => REFUSED
  if (peer.isAsync) {
    return { ...peer, verify: (token) => peer.verify(token).then(accepted, refused) }
  }
  return {
    ...peer,
    verify(token) {
      try {
        peer.verify(token)
      } catch {
        return REFUSED
      }
      return accepted()
    },
  }
}

/**
 * What a refused token costs Signet, as a multiple of the time of an accepted one.
 * @returns {Promise<{ algorithm: string, badSignature: object, expired: object }>}
 */
export async function measureRefusals(algorithm, keys, { count, rounds, sliceMs }) {
  const peer = coldSignet(algorithm, keys)
  const good = makeTokens(algorithm, keys, { count, sizeKb: 0.2 })
  const expired = makeTokens(algorithm, keys, { count, sizeKb: 0.2, expiresIn: -60 })
  const rates = await measureRounds(
    [
      { column: 'good', peer, tokens: good },
      { column: 'bad', peer: refusing(peer), tokens: good.map(breakSignature) },
      { column: 'expired', peer: refusing(peer), tokens: expired },
    ],
    { rounds, sliceMs },
  )
  // Times, not rates: the ratio is turned round.
  return {
    algorithm,
    badSignature: ratioOf(rates.get('good'), rates.get('bad')),
    expired: ratioOf(rates.get('good'), rates.get('expired')),
  }
}
