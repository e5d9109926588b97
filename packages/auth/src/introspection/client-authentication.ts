import { randomUUID } from 'node:crypto'
import { signToken } from '../jwt/sign.js'
import type { SigningKey } from '../keys/key-source.js'

/** What a request has so that the issuer knows which client sends it. */
interface ClientCredentials {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

/** Makes the credentials of a client, for each request anew. */
export type ClientAuthentication = () => ClientCredentials

/** The value of `client_assertion_type` for a JWT (RFC 7523 section 2.2). */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** How long an assertion is good, in seconds. It is sent at once. */
const ASSERTION_SECONDS = 60

/** A text as a form has it: a blank is `+`, and a colon is not a colon (RFC 6749 appendix B). */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** HTTP Basic with form-encoded parts (RFC 6749 section 2.3.1): `client_secret_basic`. */
export function authenticateBySecret(clientId: string, clientSecret: string): ClientAuthentication {
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  const headers = { authorization: `Basic ${Buffer.from(pair, 'latin1').toString('base64')}` }
  return () => ({ headers, parameters: {} })
}

/** Who signs an assertion, for whom, and by which clock. */
export interface AssertionFacts {
  readonly clientId: string
  /** The issuer, which is the one audience of the assertion. */
  readonly issuer: string
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A JWT that the client signs (RFC 7523 sections 2.2 and 3): `private_key_jwt`. */
export function authenticateByKey(
  key: SigningKey,
  { clientId, issuer, now }: AssertionFacts,
): ClientAuthentication {
  return () => {
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID() }
    const assertion = signToken(claims, key, { expiresInSeconds: ASSERTION_SECONDS, now })
    return {
      headers: {},
      parameters: {
        client_id: clientId,
        client_assertion_type: JWT_BEARER,
        client_assertion: assertion,
      },
    }
  }
}
