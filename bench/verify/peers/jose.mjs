import { webcrypto } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { AUDIENCE, ISSUER } from '../policy.mjs'

function importSecret(secret) {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return webcrypto.subtle.importKey('raw', Buffer.from(secret), hmac, false, ['verify'])
}

/** jose, with its key imported once. It has no synchronous call. */
export async function jose(algorithm, { secret, pem }) {
  const key = secret === undefined ? await importSPKI(pem, algorithm) : await importSecret(secret)
  const options = { algorithms: [algorithm], issuer: ISSUER, audience: AUDIENCE }
  return {
    name: 'jose',
    isAsync: true,
    async verify(token) {
      const { payload } = await jwtVerify(token, key, options)
      return payload
    },
  }
}
