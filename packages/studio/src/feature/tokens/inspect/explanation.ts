/** Details of a refusal or of a warning. */
interface ExplainedAdvice {
  readonly found: string | null
  readonly expected: string | null
  readonly remedy: string | null
  /** The command at the end of the remedy, if there is one. */
  readonly command: string | null
}

/** The explanation of a token by the server: `POST /auth/explain`. */
export interface Explanation extends ExplainedAdvice {
  readonly form: 'jwt' | 'api-key' | 'opaque'
  /** The provider that checked it. */
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
    readonly client: string | null
    /** Who acts for the subject, nearest first. */
    readonly actors: readonly string[]
    readonly roles: readonly string[]
    readonly permissions: readonly string[]
    readonly ignored: readonly string[]
    readonly expiresAt: string | null
  } | null
}
