import type { PublicKeyAlgorithm } from '../jws/algorithm.js'
import type { Claims } from '../jwt/claims.js'
import { signToken } from '../jwt/sign.js'
import type { SigningKey } from '../keys/key-source.js'
import { createTestKeyPair, type TestKeyPair } from './key-pair.js'
import { startKeySetServer, type KeySetServer } from './key-set-server.js'

/** How a test issuer is made. */
export interface TestIssuerOptions {
  /** What it signs with at first. Default: ES256. */
  readonly algorithm?: PublicKeyAlgorithm | undefined
  /** The claim `aud` of its tokens. Default: none. */
  readonly audience?: string | readonly string[] | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** How one token of a test issuer is signed. */
export interface TestSignOptions {
  /** Default: the issuer's own key. One that is not in its set makes a forgery. */
  readonly key?: SigningKey | undefined
  /** Seconds from now until `exp`. Default: 3600 where the claims have no `exp`. */
  readonly expiresInSeconds?: number | undefined
  /** The header's `typ`. Default: `JWT`. */
  readonly typ?: string | undefined
}

/** How the key of a test issuer is replaced. */
export interface RotateOptions {
  /** Default: that of the key before. */
  readonly algorithm?: PublicKeyAlgorithm | undefined
  /** Whether the keys before stay in the set, so that their tokens are still good. Default: false. */
  readonly isOldKept?: boolean | undefined
}

/** An issuer of tokens that runs inside a test: its keys, its key set over HTTP, and its tokens. */
export interface TestIssuer {
  /** The option `issuer` of `MastraJwtAuth`; discovery finds its keys. */
  readonly issuer: string
  /** The option `jwksUri`. */
  readonly jwksUri: string
  /** The key that signs now. */
  readonly keyPair: TestKeyPair
  /** Where its documents are: counts requests, and fails where it is told to. */
  readonly server: KeySetServer
  /**
   * Signs a token. `iss`, `aud`, `sub` (`test-user`), `iat` and `exp` are filled in where the claims do not
   * have them; a claim that is there as undefined is left out of the token.
   */
  sign(claims?: Claims, options?: TestSignOptions): string
  /** Makes a new key, puts it into the set, and signs with it from now on. */
  rotate(options?: RotateOptions): TestKeyPair
  /** Closes the port. */
  close(): Promise<void>
}

const HOUR_SECONDS = 3600

class LoopbackTestIssuer implements TestIssuer {
  readonly server: KeySetServer
  readonly #options: TestIssuerOptions
  #keyPairs: readonly [TestKeyPair, ...TestKeyPair[]]

  constructor(server: KeySetServer, keyPair: TestKeyPair, options: TestIssuerOptions) {
    this.server = server
    this.#keyPairs = [keyPair]
    this.#options = options
  }

  get issuer(): string {
    return this.server.issuer
  }

  get jwksUri(): string {
    return this.server.jwksUri
  }

  get keyPair(): TestKeyPair {
    return this.#keyPairs[0]
  }

  sign(claims: Claims = {}, options: TestSignOptions = {}): string {
    const { audience: aud, now } = this.#options
    const { key = this.keyPair.signingKey, typ } = options
    const expiresInSeconds =
      options.expiresInSeconds ?? (Object.hasOwn(claims, 'exp') ? undefined : HOUR_SECONDS)
    const filled = { iss: this.issuer, aud, sub: 'test-user', ...claims }
    return signToken(filled, key, { expiresInSeconds, typ, now })
  }

  rotate(options: RotateOptions = {}): TestKeyPair {
    const { algorithm = this.keyPair.algorithm, isOldKept = false } = options
    const keyPair = createTestKeyPair(algorithm)
    this.#keyPairs = isOldKept ? [keyPair, ...this.#keyPairs] : [keyPair]
    this.server.setKeys(this.#keyPairs.map(({ publicJwk }) => publicJwk))
    return keyPair
  }

  async close(): Promise<void> {
    await this.server.stop()
  }
}

/**
 * Starts an issuer of tokens inside a test, on a free port of this machine. It is not part of a server: its
 * keys live in memory, and whoever asks it signs what they like.
 *
 * ```ts
 * const issuer = await createTestIssuer({ audience: 'my-api' })
 * const auth = new MastraJwtAuth({ issuer: issuer.issuer, audience: 'my-api' })
 *
 * await auth.authenticateToken(issuer.sign({ sub: 'alice' })) // its claims
 * await auth.authenticateToken(issuer.sign({ aud: 'another' })) // refused: token_audience
 *
 * issuer.rotate() // a new key: found by its kid
 * issuer.server.answerWith({ kind: 'status', status: 500 }) // an issuer that fails
 * await issuer.close()
 * ```
 */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const keyPair = createTestKeyPair(options.algorithm ?? 'ES256')
  const server = await startKeySetServer([keyPair.publicJwk])
  return new LoopbackTestIssuer(server, keyPair, options)
}
