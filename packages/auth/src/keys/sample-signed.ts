import { createHmac, timingSafeEqual } from 'node:crypto'
import { HMAC_ALGORITHMS, isHmacAlgorithm, type Algorithm } from '../jws/algorithm.js'
import { SAMPLE_SECRETS } from './secret-quality.js'

/** Whether a signature was made with a secret that documentation prints as its example. */
export function isSampleSigned(
  algorithm: Algorithm,
  signingInput: string,
  signature: Buffer,
): boolean {
  if (!isHmacAlgorithm(algorithm)) return false
  const { hash } = HMAC_ALGORITHMS[algorithm]
  return [...SAMPLE_SECRETS].some((secret) => {
    const made = createHmac(hash, secret).update(signingInput, 'latin1').digest()
    return made.length === signature.length && timingSafeEqual(made, signature)
  })
}
