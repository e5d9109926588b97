import { createVerifier, publicKeys, secretKeys } from '@signet/auth'
import { AUDIENCE, ISSUER } from '../policy.mjs'

/** Signet's engine, by its synchronous call where it has one. */
export function signet(algorithm, { secret, pem }, { cache, maxTokenBytes }) {
  const verifier = createVerifier({
    keys: secret === undefined ? publicKeys(pem) : secretKeys(secret),
    algorithms: [algorithm],
    issuer: ISSUER,
    audience: AUDIENCE,
    cache,
    maxTokenBytes,
  })
  if (typeof verifier.verifySync === 'function') {
    return { name: 'signet', verify: (token) => verifier.verifySync(token).claims }
  }
  return {
    name: 'signet',
    isAsync: true,
    verify: async (token) => (await verifier.verify(token)).claims,
  }
}
