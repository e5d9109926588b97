// What every peer is asked to check of a token, beside its signature and `exp`.
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'

/** The algorithms measured. */
export const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

/** Sizes of the claims, as JSON, in KB of 1024 bytes. */
export const SIZES_KB = [0.2, 1, 4]
