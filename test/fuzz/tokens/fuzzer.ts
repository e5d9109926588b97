import { isDeepStrictEqual } from 'node:util'
import {
  AuthError,
  ConfigurationError,
  createVerifier,
  explainToken,
  type VerifiedToken,
  type Verifier,
} from '@signet/auth'
import { NOW } from '@signet/test-support/token/token-arbitraries'
import { Violation, type Batch, type Count, type Fuzzer } from '../fuzzer.js'
import { tokenCases, type TokenCase, type TokenPlan } from './cases.js'
import { createKeyRing, type RingKey } from './key-ring.js'
import { readPolicy, type TriedPolicy } from './policy.js'
import { mutate, writeToken } from './write-token.js'

/** What is tried: the verifier, and what explains it. */
export interface TokenEngine {
  readonly createVerifier: typeof createVerifier
  readonly explainToken: typeof explainToken
}

const ENGINE: TokenEngine = { createVerifier, explainToken }

type Outcome = VerifiedToken | string

async function outcomeOf(verifier: Verifier, token: string): Promise<Outcome> {
  try {
    return await verifier.verify(token)
  } catch (error) {
    if (AuthError.isInstance(error)) return error.code
    throw error
  }
}

/** What jose says: of the first oracle that accepts; undefined where none does. */
async function askJose(policy: TriedPolicy, issuer: unknown, token: string, now: Date) {
  for (const oracle of policy.oracles(issuer)) {
    const accepted = await oracle(token, now).catch(() => undefined)
    if (accepted !== undefined) return accepted
  }
  return undefined
}

function issuerIn(token: string): unknown {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    )
    return Reflect.get(Object(payload), 'iss')
  } catch {
    return undefined
  }
}

function facts(token: string, outcome: unknown, other: unknown, nowMs: number) {
  return { token, nowMs, outcome: JSON.stringify(outcome), other: JSON.stringify(other) }
}

/** Tries the tokens of one case on the verifier with a cache and without, its explanation, and jose. */
class TokenTrial {
  readonly #policy: TriedPolicy
  readonly #clock: { nowMs: number }
  readonly #engine: TokenEngine
  readonly #verifier: Verifier
  readonly #remembering: Verifier

  constructor(
    policy: TriedPolicy,
    cacheBytes: number,
    clock: { nowMs: number },
    engine: TokenEngine,
  ) {
    this.#policy = policy
    this.#clock = clock
    this.#engine = engine
    this.#verifier = engine.createVerifier(policy.ours)
    this.#remembering = engine.createVerifier({ ...policy.ours, cache: { maxBytes: cacheBytes } })
  }

  /** Tries a token for the first time. */
  async try(token: string, count: Count): Promise<void> {
    const outcome = await outcomeOf(this.#verifier, token)
    await this.#checkCache(token, outcome)
    await this.#checkExplanation(token, outcome)
    // jose's clock has whole seconds.
    if (this.#clock.nowMs % 1000 !== 0) return count('not asked of jose: between two seconds')
    await this.#checkJose(token, outcome, count)
  }

  /** Tries one again that may be remembered, or forgotten, by now. */
  async tryAgain(token: string): Promise<void> {
    const outcome = await outcomeOf(this.#verifier, token)
    await this.#checkCache(token, outcome)
    await this.#checkCache(token, outcome)
  }

  async #checkCache(token: string, outcome: Outcome): Promise<void> {
    const remembered = await outcomeOf(this.#remembering, token)
    const isSame =
      typeof outcome === 'string' || typeof remembered === 'string'
        ? outcome === remembered
        : isDeepStrictEqual(
            [outcome.header, outcome.claims],
            [remembered.header, remembered.claims],
          )
    if (isSame) return
    const compared = facts(token, outcome, remembered, this.#clock.nowMs)
    throw new Violation('the verifier that remembers agrees with the one that does not', compared)
  }

  async #checkExplanation(token: string, outcome: Outcome): Promise<void> {
    const { accepted, code } = await this.#engine.explainToken(token, this.#policy.ours)
    const expected = typeof outcome === 'string' ? outcome : undefined
    if (accepted === (expected === undefined) && code === expected) return
    throw new Violation('the explanation agrees with the verifier', {
      ...facts(token, outcome, { accepted, code }, this.#clock.nowMs),
    })
  }

  async #checkJose(token: string, outcome: Outcome, count: Count): Promise<void> {
    const { nowMs } = this.#clock
    const theirs = await askJose(this.#policy, issuerIn(token), token, new Date(nowMs))
    if (typeof outcome === 'string') {
      return count(theirs === undefined ? `refused: ${outcome}` : `refused by us alone: ${outcome}`)
    }
    if (theirs === undefined) {
      throw new Violation('jose accepts what we accept', facts(token, outcome, undefined, nowMs))
    }
    const { payload, protectedHeader } = theirs
    if (!isDeepStrictEqual([outcome.header, outcome.claims], [protectedHeader, payload])) {
      throw new Violation('jose reads what we read', facts(token, outcome, theirs, nowMs))
    }
    count(`accepted: ${outcome.header.alg}`)
  }
}

function signersOf(plan: TokenPlan, policy: TriedPolicy, ring: readonly RingKey[]) {
  return plan.isForeign || policy.signers.length === 0 ? ring : policy.signers
}

/** @param engine - default: the verifier of `@signet/auth` */
export function createTokenFuzzer(engine: TokenEngine = ENGINE): Fuzzer<TokenCase> {
  const ring = createKeyRing()

  async function check({ policy: plan, tokens }: TokenCase, count: Count): Promise<void> {
    const clock = { nowMs: NOW * 1000 }
    let policy: TriedPolicy
    let trial: TokenTrial
    try {
      policy = readPolicy(plan, ring, () => clock.nowMs)
      trial = new TokenTrial(policy, plan.cacheBytes, clock, engine)
    } catch (error) {
      if (ConfigurationError.isInstance(error)) return count(`policy refused: ${error.code}`)
      throw error
    }
    const written: { readonly token: string; readonly nowMs: number }[] = []
    let other: string | undefined
    for (const each of tokens) {
      const nowMs = NOW * 1000 + each.laterMs
      const token = writeToken(each, signersOf(each, policy, ring))
      written.push({ token, nowMs })
      if (each.mutation.kind !== 'none') {
        written.push({ token: mutate(token, each.mutation, other ?? token), nowMs })
      }
      other = token
    }
    for (const { token, nowMs } of written) {
      clock.nowMs = nowMs
      await trial.try(token, count)
    }
    for (const [index, { token }] of written.entries()) {
      // At the time of another token, so that what is remembered has ended, or not begun, by then.
      clock.nowMs = written[(index + 1) % written.length]?.nowMs ?? clock.nowMs
      await trial.tryAgain(token)
    }
  }

  const batch: Batch<TokenCase> = { cases: tokenCases, check, describe: (each) => each, end }
  async function end(): Promise<void> {}

  return {
    name: 'tokens',
    casesPerBatch: 100,
    casesToSeeAll: 3000,
    lanes: 1,
    async open() {
      return {
        begin: async () => batch,
        residentBytes: async () => process.memoryUsage.rss(),
        unseen: (counts) =>
          ring
            .flatMap(({ algorithms }) => algorithms)
            .map((algorithm) => `accepted: ${algorithm}`)
            .filter((verdict) => !counts.has(verdict)),
        close: end,
      }
    },
  }
}
