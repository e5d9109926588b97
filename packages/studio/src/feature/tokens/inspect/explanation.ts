/** What is told of a refusal, or of what deserves a look. */
interface ExplainedAdvice {
  readonly found: string | null
  readonly expected: string | null
  readonly remedy: string | null
  /** The end of the remedy, where that is a command. */
  readonly command: string | null
}

/** What a server makes of a token: `POST /auth/explain`. */
export interface Explanation extends ExplainedAdvice {
  readonly form: 'jwt' | 'api-key' | 'opaque'
  /** Which provider looked at it. */
  readonly by: string
  readonly accepted: boolean
  readonly steps: readonly {
    readonly name: string
    readonly result: 'pass' | 'fail' | 'not reached'
  }[]
  readonly code: string | null
  readonly reason: string | null
  readonly warnings: readonly (ExplainedAdvice & { readonly cause: string })[]
  readonly principal: {
    readonly subject: string
    readonly issuer: string
    readonly resourceId: string
    readonly roles: readonly string[]
    readonly permissions: readonly string[]
    readonly ignored: readonly string[]
    readonly expiresAt: string | null
  } | null
}
