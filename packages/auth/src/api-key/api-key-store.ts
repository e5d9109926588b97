/** A key as it is kept: everything but the key itself. Times are in milliseconds since 1970. */
export interface ApiKeyRecord {
  /** Names the key in lists and in logs; no secret. */
  readonly id: string
  /** What its maker calls it. */
  readonly name: string
  /** SHA-256 of the whole key, in hex. */
  readonly digest: string
  /** What it may do at most, in the grammar of `parseGrant`; met with what its maker may do at each use. */
  readonly scopes: readonly string[]
  /** Its maker as `rememberMaker` wrote them down, by which they are judged again at each use. */
  readonly maker: Readonly<Record<string, unknown>>
  /** Of the maker: `iss`, or `local`, and the subject. */
  readonly makerIssuer: string
  readonly makerSubject: string
  readonly createdAt: number
  /** Undefined where it never expires. */
  readonly expiresAt: number | undefined
  /** When it was last used, as far as that has been written down. */
  readonly lastUsedAt: number | undefined
  readonly revokedAt: number | undefined
}

/** Which keys are wanted, the newest first. */
export interface ApiKeyQuery {
  /** Only those of this maker. Default: everybody's. */
  readonly maker?: { readonly issuer: string; readonly subject: string } | undefined
  /** From 0. */
  readonly page: number
  /** At least 1. */
  readonly perPage: number
}

/** A page of keys, and how many there are on all pages. */
export interface ApiKeyPage {
  readonly keys: readonly ApiKeyRecord[]
  readonly total: number
}

/**
 * Where keys are kept. Every method may throw an error whose `code` is `storage_unavailable` or
 * `storage_failed`; what it did is durable when its promise resolves.
 */
export interface ApiKeyStore {
  /** Keeps a new key. Its id and its digest are new. */
  create(record: ApiKeyRecord): Promise<void>
  /** The key of this digest, also where it has expired or was revoked. */
  findByDigest(digest: string): Promise<ApiKeyRecord | undefined>
  /** The key of this id. */
  find(id: string): Promise<ApiKeyRecord | undefined>
  list(query: ApiKeyQuery): Promise<ApiKeyPage>
  /** Revokes a key; the first time counts. Resolves to the key, or undefined where there is none. */
  revoke(id: string, at: number): Promise<ApiKeyRecord | undefined>
  /** Writes down when keys were last used; never back to an earlier time. */
  touch(uses: readonly { readonly id: string; readonly at: number }[]): Promise<void>
}
