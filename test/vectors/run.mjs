// node test/vectors/run.mjs FILE: runs a file of vectors on the built package, through its public API.
// Prints counts for each attack class, and last `N passed, N failed`. Exit code 1 on a failure.
import { readFileSync } from 'node:fs'
import {
  ConfigurationError,
  createVerifier,
  publicKeys,
  readKeySet,
  secretKeys,
  TokenError,
  verifySignature,
} from '@signet/auth'

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

function tokenOf({ token, expand = [] }) {
  if (typeof token !== 'string') return token
  return expand.reduce(
    (text, [marker, unit, count]) => text.replaceAll(marker, () => unit.repeat(count)),
    token,
  )
}

/** Makes what the vector asks for, once; throws where the key or the policy is refused. */
function construct(vector) {
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
    now: () => seconds * 1000,
  })
  return (token, now) => {
    seconds = now
    return verifier.verify(token)
  }
}

function differingClaims({ expectClaims = {}, absentClaims = [] }, claims = {}) {
  const wrong = Object.entries(expectClaims).filter(
    ([name, value]) => JSON.stringify(claims[name]) !== JSON.stringify(value),
  )
  const present = absentClaims.filter((name) => claims[name] !== undefined || {}[name] !== undefined)
  return [...wrong.map(([name]) => name), ...present]
}

/** What became of a vector: `accepted`, `token refused (code)` or `key refused (code)`. */
async function run(vector) {
  const { now } = vector.options
  let verify
  try {
    verify = construct(vector)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { verdict: 'reject', detail: `key refused (${error.code})` }
  }
  for (const earlier of vector.before ?? []) {
    await verify(earlier.token, earlier.now ?? now).catch(() => undefined)
  }
  try {
    const { claims } = await verify(tokenOf(vector), now)
    const differing = differingClaims(vector, claims)
    const detail = differing.length === 0 ? 'accepted' : `accepted, but wrong: ${differing.join()}`
    return { verdict: differing.length === 0 ? 'accept' : 'wrong claims', detail }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return { verdict: 'reject', detail: `token refused (${error.code})` }
  }
}

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node test/vectors/run.mjs FILE')
  process.exit(2)
}
const vectors = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))

const classes = new Map()
for (const vector of vectors) {
  const count = classes.get(vector.attack) ?? { passed: 0, failed: 0, key: 0 }
  classes.set(vector.attack, count)
  const { verdict, detail } = await run(vector).catch((error) => ({
    verdict: 'crash',
    detail: `threw ${error.name}: ${error.message}`,
  }))
  if (detail.startsWith('key refused')) count.key++
  if (verdict === vector.expect) {
    count.passed++
    continue
  }
  count.failed++
  console.log(`FAILED ${vector.id} (${vector.level} ${vector.expect}): ${detail}; ${vector.why}`)
}

let [passed, failed] = [0, 0]
for (const [attack, count] of [...classes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  passed += count.passed
  failed += count.failed
  const keys = count.key === 0 ? '' : `, of which ${count.key} by refusing the key`
  console.log(`${attack}: ${count.passed} passed, ${count.failed} failed${keys}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
