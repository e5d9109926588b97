import { createVerifier, decodeToken, explainToken, TokenError } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { runFuzzer, type Finding } from '../run-fuzzer.js'
import { createTokenFuzzer, type TokenEngine } from './fuzzer.js'

const ENGINE: TokenEngine = { createVerifier, explainToken }
/** Enough batches that each of these faults is met. */
const MAX_BATCHES = 20

/** The rules that are broken first by an engine that differs from ours in this. */
async function rulesBrokenBy(engine: Partial<TokenEngine>): Promise<readonly string[]> {
  const fuzzer = createTokenFuzzer({ ...ENGINE, ...engine })
  const findings: Finding[] = []
  const onFinding = (each: Finding) => findings.push(each)
  for (let batch = 0; batch < MAX_BATCHES && findings.length === 0; batch++) {
    await runFuzzer(
      { ...fuzzer, casesPerBatch: 50 },
      { seed: 1, forMs: Infinity, batch, onFinding },
    )
  }
  return findings.map(({ rule }) => rule)
}

/** A verifier that does something else with the tokens that ours refuses for a reason. */
function forgiving(code: string): TokenEngine['createVerifier'] {
  return (policy) => {
    const { verify, verifySync } = createVerifier(policy)
    return {
      verifySync,
      async verify(token) {
        try {
          return await verify(token)
        } catch (error) {
          if (!(error instanceof TokenError) || error.code !== code) throw error
          const decoded = await decodeToken(String(token))
          const rules = 'issuers' in policy ? policy.issuers[0] : policy
          if (decoded === null || rules === undefined) throw error
          return { header: decoded.header, claims: decoded.payload, rules }
        }
      },
    }
  }
}

/** One whose explanation says the same, so that only jose differs. */
function forgivingEngine(code: string): TokenEngine {
  return {
    createVerifier: forgiving(code),
    async explainToken(token, policy) {
      const explanation = await explainToken(token, policy)
      // What cannot be read is not let pass.
      const isLetPass = explanation.code === code && (await decodeToken(String(token))) !== null
      return isLetPass ? { accepted: true, steps: [] } : explanation
    },
  }
}

describe('the fuzzing of tokens', () => {
  it.each(['token_signature', 'token_expired', 'token_audience', 'token_issuer'])(
    'finds a verifier that lets pass what is %s',
    async (code) => {
      expect(await rulesBrokenBy(forgivingEngine(code))).toStrictEqual([
        'jose accepts what we accept',
      ])
    },
  )

  it('finds an explanation that says something else than the verifier', async () => {
    const flattering: TokenEngine['explainToken'] = async () => ({ accepted: true, steps: [] })
    expect(await rulesBrokenBy({ explainToken: flattering })).toStrictEqual([
      'the explanation agrees with the verifier',
    ])
  })

  it('finds a cache that remembers for too long', async () => {
    const forgetful: TokenEngine['createVerifier'] = (policy) => {
      const { verify, verifySync } = createVerifier(policy)
      if (!policy.cache) return { verify, verifySync }
      const known = new Map<unknown, ReturnType<typeof verify>>()
      return {
        verifySync,
        async verify(token) {
          const verified = known.get(token) ?? verify(token)
          await verified
          known.set(token, verified)
          return verified
        },
      }
    }
    expect(await rulesBrokenBy({ createVerifier: forgetful })).toStrictEqual([
      'the verifier that remembers agrees with the one that does not',
    ])
  })

  it('finds an error that is no refusal', async () => {
    const crashing: TokenEngine['createVerifier'] = (policy) => ({
      ...createVerifier(policy),
      verify: async () => {
        throw new RangeError('Maximum call stack size exceeded')
      },
    })
    expect(await rulesBrokenBy({ createVerifier: crashing })).toStrictEqual(['throws RangeError'])
  })
})
