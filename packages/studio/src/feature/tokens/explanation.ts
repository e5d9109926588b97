/** What a server makes of a token: `POST /auth/explain`. */
export interface Explanation {
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
  readonly remedy: string | null
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
