// Runs one vector of a file of vectors on the built package, through its public API. The members of a
// vector are explained in README.md; types are in vector.d.mts.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import {
  ConfigurationError,
  createVerifier,
  publicKeys,
  readKeySet,
  secretKeys,
  TokenError,
  verifySignature,
} from '@signet/auth'

export function readVectors(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function keysOf({ key, options: { algorithms } }) {
  switch (key.kind) {
    case 'secret':
      return secretKeys(
        key.encoding === 'utf8' ? key.value : Buffer.from(key.value, 'base64url'),
        { algorithms },
      )
    case 'pem':
      return publicKeys(key.value)
    case 'jwk':
      return key.jwk.kty === 'oct' ? secretKeys(key.jwk, { algorithms }) : publicKeys(key.jwk)
    case 'jwks':
      return readKeySet(key.jwks)
    default:
      throw new Error(`The vector has a key of the unknown kind ${key.kind}.`)
  }
}

export function tokenOf({ token, expand = [] }) {
  if (typeof token !== 'string') return token
  return expand.reduce(
    (text, [marker, unit, count]) => text.replaceAll(marker, () => unit.repeat(count)),
    token,
  )
}

/** Above this, the vectors have a token refused for its size. */
const MAX_TOKEN_BYTES = 65_536

export function createVectorVerifier(vector, { cache = false } = {}) {
  const { algorithms, issuer, audience, typ, requiredClaims, ...rest } = vector.options
  const keys = keysOf(vector)
  if (rest.rawPayload === true) return (token) => verifySignature(token, { keys, algorithms })
  let seconds = rest.now
  const verifier = createVerifier({
    keys,
    algorithms,
    issuer,
    audience,
    typ,
    requiredClaims,
    maxTokenAgeSeconds: rest.maxAge,
    clockToleranceSeconds: rest.clockTolerance,
    maxTokenBytes: MAX_TOKEN_BYTES,
    now: () => seconds * 1000,
    cache,
  })
  return (token, now = rest.now) => {
    seconds = now
    return verifier.verify(token)
  }
}

/** Names of expected claims that differ, and of those that must not be there and are, also on `{}`. */
function wrongClaims({ expectClaims = {}, absentClaims = [] }, claims = {}) {
  const differing = Object.keys(expectClaims).filter(
    (name) => !isDeepStrictEqual(claims[name], expectClaims[name]),
  )
  const present = absentClaims.filter(
    (name) => claims[name] !== undefined || {}[name] !== undefined,
  )
  return [...differing, ...present]
}

export async function runVector(vector, options) {
  let verify
  try {
    verify = createVectorVerifier(vector, options)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { verdict: 'key refused', code: error.code }
  }
  for (const { token, now } of vector.before ?? []) await verify(token, now).catch(() => undefined)
  try {
    const { claims } = await verify(tokenOf(vector))
    return { verdict: 'accepted', wrong: wrongClaims(vector, claims) }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return { verdict: 'token refused', code: error.code }
  }
}
