import type { Algorithm, CacheOptions, Claims, TokenHeader } from '@signet/auth'

/** One line of a file of vectors; every member is explained in `README.md`. */
export interface Vector {
  readonly id: string
  readonly source: string
  readonly attack: string
  readonly level: 'must' | 'should'
  readonly key:
    | { readonly kind: 'secret'; readonly value: string; readonly encoding: 'utf8' | 'base64url' }
    | { readonly kind: 'pem'; readonly value: string }
    | { readonly kind: 'jwk'; readonly jwk: { readonly kty: string } }
    | { readonly kind: 'jwks'; readonly jwks: { readonly keys: readonly object[] } }
  readonly options: {
    readonly now: number
    readonly algorithms?: readonly Algorithm[]
    readonly issuer?: string | readonly string[]
    readonly audience?: string | readonly string[]
    readonly typ?: string
    readonly maxAge?: number
    readonly clockTolerance?: number
    readonly requiredClaims?: readonly string[]
    readonly rawPayload?: boolean
  }
  readonly token: unknown
  readonly expand?: readonly (readonly [marker: string, unit: string, count: number])[]
  readonly before?: readonly { readonly token: unknown; readonly now?: number }[]
  readonly expect: 'accept' | 'reject'
  readonly expectClaims?: Readonly<Record<string, unknown>>
  readonly absentClaims?: readonly string[]
  readonly why: string
}

/** A token that was accepted. */
export interface VectorToken {
  readonly header: TokenHeader
  /** Absent where the payload is none of a token, but any bytes (`rawPayload`). */
  readonly claims?: Claims
}

/** How vectors are run. */
export interface VectorRunOptions {
  /** Whether the verifier remembers tokens. Default: false. */
  readonly cache?: CacheOptions | false
}

/** What became of a vector. */
export type VectorOutcome =
  | {
      readonly verdict: 'accepted'
      /** Names of claims that are not as the vector wants them. */
      readonly wrong: readonly string[]
    }
  | { readonly verdict: 'key refused' | 'token refused'; readonly code: string }

/** The vectors of a file, one a line. */
export function readVectors(file: string | URL): Vector[]

/** The token of a vector, with its `expand` carried out. */
export function tokenOf(vector: Vector): unknown

/**
 * Makes what a vector asks for, once. The clock is that of the vector unless a time is given, in seconds.
 * @throws {ConfigurationError} where the key or the policy is refused
 */
export function createVectorVerifier(
  vector: Vector,
  options?: VectorRunOptions,
): (token: unknown, now?: number) => Promise<VectorToken>

/**
 * Runs a vector. Only a `ConfigurationError` at construction refuses a key, and only a `TokenError`
 * refuses a token: all else is thrown on.
 */
export function runVector(vector: Vector, options?: VectorRunOptions): Promise<VectorOutcome>
