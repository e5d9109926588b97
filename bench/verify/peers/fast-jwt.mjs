import { createVerifier } from 'fast-jwt'
import { AUDIENCE, ISSUER } from '../policy.mjs'

/** fast-jwt, without its cache or with its cache of 1000 tokens. */
export function fastJwt(algorithm, { secret, pem }, { cache }) {
  const verify = createVerifier({
    key: secret ?? pem,
    algorithms: [algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache,
  })
  return { name: 'fast-jwt', verify }
}
