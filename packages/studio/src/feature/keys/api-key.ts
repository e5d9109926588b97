/** An API key, without the key itself. Times in ISO 8601. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly maker: { readonly issuer: string; readonly subject: string }
  readonly createdAt: string
  /** Null where it never expires. */
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
  readonly status: 'active' | 'expired' | 'revoked'
}

/** A key that was just created. Only this response contains its text. */
export interface CreatedKey extends ApiKey {
  readonly key: string
}

/** A page of keys: `GET /auth/api-keys`. */
export interface KeyPage {
  readonly keys: readonly ApiKey[]
  readonly total: number
  readonly page: number
  readonly perPage: number
  readonly hasMore: boolean
}

/** The body of `POST /auth/api-keys`. */
export interface KeyWish {
  readonly name: string
  readonly scopes: readonly string[]
  /** Null for never. */
  readonly expiresInDays: number | null
}

/** The lifetimes to choose from. */
export const KEY_LIFETIMES: readonly { readonly days: number | null; readonly name: string }[] = [
  { days: 7, name: '7 days' },
  { days: 30, name: '30 days' },
  { days: 90, name: '90 days' },
  { days: 365, name: '1 year' },
  { days: null, name: 'Never' },
]

/** The errors of the form, by field. */
export function wishProblems({ name, scopes }: KeyWish): {
  readonly name?: string
  readonly scopes?: string
} {
  const text = name.trim()
  return {
    ...(text === '' && { name: 'Name its purpose, such as “nightly report”.' }),
    ...(text.length > 100 && { name: 'A name can have 100 characters at most.' }),
    ...(scopes.length === 0 && { scopes: 'Choose at least one scope.' }),
  }
}
