import jwt from 'jsonwebtoken'
import { AUDIENCE, ISSUER } from '../policy.mjs'

/** jsonwebtoken, with a KeyObject: with text or bytes it is many times slower. It has no EdDSA. */
export function jsonwebtoken(algorithm, { verifyingKey }) {
  const options = { algorithms: [algorithm], issuer: ISSUER, audience: AUDIENCE }
  return { name: 'jsonwebtoken', verify: (token) => jwt.verify(token, verifyingKey, options) }
}
