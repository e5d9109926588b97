import { randomBytes } from 'node:crypto'
import { secretKeys, signToken, type Principal, type SigningKey } from '@signet/auth'
import { nonEmptyText } from '@signet/auth/internal'
import { ownerKey } from '@signet/core'

/** What the upstream is told of a caller, and by what it verifies that. */
export interface Identity {
  /** What the upstream verifies tokens with (HS256): its `MASTRA_JWT_SECRET`. */
  readonly secret: string
  /** The owner of what a caller stores at the upstream: 64 hexadecimal digits. */
  ownerOf(principal: Principal): string
  /** A token for the upstream, in the name of the owner. */
  tokenFor(principal: Principal): string
}

/** How an identity is made. */
export interface IdentityOptions {
  /** What the upstream verifies tokens with. Default: 256 random bits. */
  readonly secret?: string | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

const SECRET_BYTES = 32
const LIFETIME_SECONDS = 60
/** A token is used for so long only, so that it is good for a while yet when it arrives. */
const REUSED_MS = 40_000
/** How many tokens are kept. */
const MAX_TOKENS = 10_000
/** In characters: claims of more would not fit into a header. */
const MAX_CLAIM = 256

interface KeptToken {
  readonly token: string
  readonly until: number
}

function shortText(value: unknown): string | undefined {
  const text = nonEmptyText(value)
  return text === undefined || text.length > MAX_CLAIM ? undefined : text
}

/** The name and the address of a caller, as far as the token has them. */
function describe({ claims }: Principal): Readonly<Record<string, string>> {
  const [name, email] = [shortText(claims['name']), shortText(claims['email'])]
  return { ...(name !== undefined && { name }), ...(email !== undefined && { email }) }
}

class SignedIdentity implements Identity {
  readonly secret: string
  readonly #key: SigningKey
  readonly #now: () => number
  /** By what a token says, the oldest first. */
  readonly #tokens = new Map<string, KeptToken>()
  readonly #owners = new WeakMap<Principal, string>()

  constructor({ secret, now = Date.now }: IdentityOptions) {
    this.secret = secret ?? randomBytes(SECRET_BYTES).toString('base64url')
    this.#key = secretKeys(this.secret).signingKey
    this.#now = now
  }

  ownerOf(principal: Principal): string {
    const known = this.#owners.get(principal)
    if (known !== undefined) return known
    const { issuer, resourceId } = principal
    const owner = ownerKey({ issuer, resourceId })
    this.#owners.set(principal, owner)
    return owner
  }

  tokenFor(principal: Principal): string {
    const claims = { sub: this.ownerOf(principal), ...describe(principal) }
    const name = JSON.stringify(claims)
    const now = this.#now()
    const kept = this.#tokens.get(name)
    // A clock that was set back makes a kept token older than it looks.
    if (kept !== undefined && now < kept.until && kept.until - now <= REUSED_MS) return kept.token
    const token = signToken(claims, this.#key, {
      expiresInSeconds: LIFETIME_SECONDS,
      now: this.#now,
    })
    this.#keep(name, { token, until: now + REUSED_MS })
    return token
  }

  #keep(name: string, kept: KeptToken): void {
    this.#tokens.delete(name)
    if (this.#tokens.size >= MAX_TOKENS) {
      const [oldest] = this.#tokens.keys()
      if (oldest !== undefined) this.#tokens.delete(oldest)
    }
    this.#tokens.set(name, kept)
  }
}

/**
 * Makes what the upstream is told of callers. The token of a caller never leaves the proxy.
 * @throws {ConfigurationError} `option_invalid` for a secret that is too short
 */
export function createIdentity(options: IdentityOptions = {}): Identity {
  return new SignedIdentity(options)
}
