import { createHash, randomUUID } from 'node:crypto'
import type { PublicKeyAlgorithm } from '@signet/auth'
import { createTestKeyPair, type TestKeyPair } from '@signet/auth/test'

/** A request that a proof is made for. */
export interface ProvenRequest {
  readonly token: string
  readonly method: string
  readonly url: string
  /** The clock of the client, in seconds since 1970. */
  readonly now: number
}

/** What of a proof is otherwise than it should be; undefined leaves a member out. */
export interface ProofChanges {
  readonly header?: object | undefined
  readonly claims?: object | undefined
  /** Signs in place of the client's own key, which stays in the header. */
  readonly signer?: TestKeyPair | undefined
}

/** A client with a key of its own, which makes its proofs by hand, so that they may also be bad. */
export interface DpopClient {
  readonly pair: TestKeyPair
  /** What a token says that is bound to the key. */
  readonly cnf: { readonly jkt: string }
  prove(request: ProvenRequest, changes?: ProofChanges): string
}

/** What makes the key, in the order of RFC 7638 section 3. */
const MEMBERS = ['crv', 'e', 'kty', 'n', 'x', 'y'] as const

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Makes a client. A key of RSA takes a good part of a second. */
export function createDpopClient(algorithm: PublicKeyAlgorithm = 'ES256'): DpopClient {
  const pair = createTestKeyPair(algorithm)
  const jwk = Object.fromEntries(
    MEMBERS.flatMap((name) =>
      Object.hasOwn(pair.publicJwk, name) ? [[name, pair.publicJwk[name]]] : [],
    ),
  )
  return {
    pair,
    cnf: { jkt: sha256(JSON.stringify(jwk)) },
    prove({ token, method, url, now }, { header, claims, signer = pair } = {}) {
      const head = { typ: 'dpop+jwt', alg: algorithm, jwk, ...header }
      const body = {
        jti: randomUUID(),
        htm: method,
        htu: url,
        iat: now,
        ath: sha256(token),
        ...claims,
      }
      const input = `${encode(head)}.${encode(body)}`
      return `${input}.${signer.signingKey.sign(input).toString('base64url')}`
    },
  }
}
