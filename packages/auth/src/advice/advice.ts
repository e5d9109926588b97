import type { AuthErrorCode } from '../error.js'

/** What is told of a credential that is refused, or that deserves a look. */
export interface Advice {
  /** What is wrong, with what was found and what was expected, in a sentence or two. */
  readonly cause: string
  /** What the credential has, such as `"other-api"`. */
  readonly found?: string | undefined
  /** What it should have, such as `"my-agents"`. */
  readonly expected?: string | undefined
  /** What to do, in a sentence. Where there is a command, the remedy ends with it. */
  readonly remedy: string
  /** A command for a shell in the folder of the application. No secret is in it. */
  readonly command?: string | undefined
}

/** What whoever refuses a token expects. What is not known is left out: nothing is told of it. */
export interface Expectations {
  /** Accepted values of `iss`; undefined for any. */
  readonly issuers?: readonly string[] | undefined
  /** Accepted values of `aud`; undefined for any. */
  readonly audiences?: readonly string[] | undefined
  readonly typ?: string | undefined
  /** Algorithms that are accepted and that a key is for. */
  readonly algorithms?: readonly string[] | undefined
  readonly requiredClaims?: readonly string[] | undefined
  readonly maxTokenAgeSeconds?: number | undefined
  readonly maxTokenBytes?: number | undefined
  readonly keys?: KeyFacts | undefined
  /** What is expected at the places of claims, beside what the standards say of them. */
  readonly places?: readonly ExpectedPlace[] | undefined
}

/** What a place of the claims must have. */
export interface ExpectedPlace {
  /** As the refusal names it, such as `token_use` or `realm_access.client`. */
  readonly claim: string
  /** Where that is set, such as `requiredValues`. */
  readonly option: 'requiredValues' | 'clients' | 'actors' | 'claims.subject' | 'tenant'
  /** Whether it is a member within a claim, so that no claim has its name. */
  readonly isBelow?: boolean | undefined
  /** What stands there; undefined for nothing. */
  readonly found: unknown
  /** What may stand there; undefined for any text that is not blank. */
  readonly expected: readonly unknown[] | undefined
}

/** What is known of keys without the keys. */
export interface KeyFacts {
  readonly isSecret: boolean
  /** The lengths of the secrets in bytes. */
  readonly secretBytes: readonly number[]
  /** Where public keys are fetched. */
  readonly url: string | undefined
  /** The variable of the secret that `signet token` signs with, where a token of it is accepted; undefined where none is. */
  readonly variable: string | undefined
  /** What somebody seems to have pasted along with a secret, such as "white space at its end". */
  readonly slip: string | undefined
  /** What the signature was made with, where that is found out, such as "the sample secret of a documentation". */
  readonly signedWith?: string | undefined
}

/** A credential that was refused. */
export interface Refusal {
  readonly code: AuthErrorCode
  readonly token: string
  /** In seconds since 1970. */
  readonly now: number
  /** The claim at fault, where there is one. */
  readonly claim?: string | undefined
  /** What the provider said: told where nothing more is known. */
  readonly message?: string | undefined
  /** Undefined for somebody who does not know the server, such as a browser that is locked out. */
  readonly expectations?: Expectations | undefined
}
