import { createHash } from 'node:crypto'
import { ConfigurationError } from '../error.js'

/**
 * Where DPoP proofs that were used are remembered, so that none is accepted twice (RFC 9449 section 11.1). Servers that share
 * their callers need to share it.
 */
export interface ProofRegister {
  /**
   * Registers the use of a proof, in one atomic step.
   *
   * @param key - what names the proof: 43 characters of base64url, as `proofKey` gives them
   * @param expiresAt - from when on the proof would be refused for its age, in milliseconds since 1970. The entry may be
   *   forgotten then, and never before
   * @returns true for the first use of the proof; false for each later one
   * @throws what says that nobody knows whether this is the first use. The request is then refused with 503
   */
  register(key: string, expiresAt: number): boolean | Promise<boolean>
}

/**
 * What names a proof in a `ProofRegister`: a SHA-256, which has the same length however long the `jti` is.
 *
 * @param thumbprint - of the key that signed the proof (RFC 7638)
 * @param proofId - the `jti` of the proof
 */
export function proofKey(thumbprint: string, proofId: string): string {
  const name = JSON.stringify([thumbprint, proofId])
  return createHash('sha256').update(name).digest('base64url')
}

/** How many proofs a `MemoryProofRegister` remembers at once, and by which clock. */
export interface MemoryProofRegisterOptions {
  /**
   * How many proofs may be remembered at once; a proof that would be one more is refused. Each takes about 200 bytes.
   * Default: 100,000, which with the default window of 65 s is enough for 1,500 requests per second.
   */
  readonly maxProofs?: number | undefined
  /** The clock, in milliseconds since 1970. Default: that of this machine. */
  readonly now?: (() => number) | undefined
}

const MAX_PROOFS = 100_000

/** The proofs that may be forgotten in the same second. */
interface Bucket {
  readonly keys: string[]
  /** When the last of them is refused for its age, in milliseconds since 1970. */
  expiresAt: number
}

/** How many milliseconds a bucket spans. */
const BUCKET_MS = 1000

/**
 * The proofs that were used in this process. One of several processes does not know what the others have accepted.
 * It is bounded: when it is full, it refuses new proofs, and forgets none that is still good.
 */
export class MemoryProofRegister implements ProofRegister {
  readonly #maxProofs: number
  /** The time by which a proof is good, which may be set forward and back. */
  readonly #now: () => number
  /** A clock that nobody sets, in milliseconds since whenever. */
  readonly #steady: () => number
  readonly #keys = new Set<string>()
  /** By the second of the steady clock from which on they may be forgotten. */
  readonly #buckets = new Map<number, Bucket>()
  #sweptAt = -Infinity

  /** @throws {ConfigurationError} `option_invalid` */
  constructor({ maxProofs = MAX_PROOFS, now }: MemoryProofRegisterOptions = {}) {
    if (!Number.isSafeInteger(maxProofs) || maxProofs < 1) {
      throw new ConfigurationError(
        'option_invalid',
        'The option maxProofs must be a whole number of at least 1.',
      )
    }
    this.#maxProofs = maxProofs
    this.#now = now ?? Date.now
    this.#steady = now ?? (() => performance.now())
  }

  /** @throws {Error} where it is full, or `expiresAt` is not a time */
  register(key: string, expiresAt: number): boolean {
    if (!Number.isFinite(expiresAt)) throw new RangeError('expiresAt must be a finite number.')
    this.#sweep()
    if (this.#keys.has(key)) return false
    if (this.#keys.size >= this.#maxProofs) {
      throw new Error(
        'The register of DPoP proofs is full. Raise maxProofs, or shorten the window.',
      )
    }
    this.#keys.add(key)
    this.#bucketOf(expiresAt).keys.push(key)
    return true
  }

  #bucketOf(expiresAt: number): Bucket {
    const lifetime = Math.max(0, expiresAt - this.#now())
    const second = Math.ceil((this.#steady() + lifetime) / BUCKET_MS)
    const bucket = this.#buckets.get(second) ?? { keys: [], expiresAt }
    bucket.expiresAt = Math.max(bucket.expiresAt, expiresAt)
    this.#buckets.set(second, bucket)
    return bucket
  }

  /**
   * Forgets what is over, once a second. A proof is over when its lifetime has passed by the steady clock and its time by
   * the other: a clock that is set forward makes nothing forgotten that is good again once the clock is set back.
   */
  #sweep(): void {
    const second = Math.floor(this.#steady() / BUCKET_MS)
    if (second === this.#sweptAt) return
    this.#sweptAt = second
    const now = this.#now()
    for (const [end, { keys, expiresAt }] of this.#buckets) {
      if (end > second || expiresAt > now) continue
      for (const key of keys) this.#keys.delete(key)
      this.#buckets.delete(end)
    }
  }
}
