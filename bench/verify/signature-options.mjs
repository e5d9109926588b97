import { constants } from 'node:crypto'

const PSS = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
}

const OPTIONS = {
  RS256: { hash: 'sha256', padding: constants.RSA_PKCS1_PADDING },
  PS256: { hash: 'sha256', ...PSS },
  ES256: { hash: 'sha256', dsaEncoding: 'ieee-p1363' },
  EdDSA: { hash: null },
}

/** What the one-shot `sign` and `verify` of `node:crypto` take for a public-key algorithm. */
export function signatureOptions(algorithm) {
  return OPTIONS[algorithm]
}
