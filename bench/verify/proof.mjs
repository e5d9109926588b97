import { makeTokens, breakSignature } from './tokens.mjs'

async function accepts({ peer }, bytes) {
  try {
    const { sub } = await peer.verify(bytes.toString('latin1'))
    return typeof sub === 'string'
  } catch {
    return false
  }
}

/**
 * A fast wrong answer would win every race: each contestant must accept its tokens, and refuse a broken
 * signature and an expired token.
 */
export async function proveContestants(contestants, algorithm, keys) {
  const [expired] = makeTokens(algorithm, keys, { count: 1, sizeKb: 0.2, expiresIn: -60 })
  for (const contestant of contestants) {
    const [good] = contestant.tokens
    const answers = [
      await accepts(contestant, good),
      await accepts(contestant, breakSignature(good)),
      await accepts(contestant, expired),
    ]
    if (answers.join() !== 'true,false,false') {
      throw new Error(`${contestant.column} does not verify ${algorithm}: ${answers.join()}`)
    }
  }
}
