// node test/vectors/make-ed25519.mjs: prints the vectors of ed25519.jsonl. Keys and signatures of Ed25519 are made from fixed
// seeds, so that each run prints the same lines; tests compare them with the file.
import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { pathToFileURL } from 'node:url'

const NOW = 1_700_000_000
const SOURCE = 'RFC 9864 section 2.2, RFC 8037, RFC 8032 (generated)'
/** What stands before a seed of 32 bytes in PKCS #8 (RFC 8410 section 7). */
const PKCS8_OF_SEED = Buffer.from('302e020100300506032b657004220420', 'hex')
/** The order of the base point (RFC 8032 section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

const seeded = (name) => createHash('sha256').update(`signet vectors: ${name}`).digest()

function keyPair(name) {
  const key = Buffer.concat([PKCS8_OF_SEED, seeded(name)])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const pem = publicKey.export({ format: 'pem', type: 'spki' })
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }), pem }
}

const own = keyPair('own')
const other = keyPair('other')

/** Public keys of other kinds (RFC 7517 appendix A.1, RFC 7748 section 6.1, RFC 8032 section 7.4). */
const P256 = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
const RSA = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
}
const X25519 = { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }
const ED448 = {
  kty: 'OKP',
  crv: 'Ed448',
  x: Buffer.from(
    '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180',
    'hex',
  ).toString('base64url'),
}
/** The neutral element, of small order: one signature fits every message. */
const NEUTRAL = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64url'),
}

const encode = (text) => Buffer.from(text, 'utf8').toString('base64url')
const json = (value) => encode(JSON.stringify(value))
const CLAIMS = { sub: 'user-1', iat: NOW - 60, exp: NOW + 3600 }

/** A token. `header` is a text where it is to be written just so. */
function made({ header = { alg: 'Ed25519' }, claims = CLAIMS, key = own, payload } = {}) {
  const first = typeof header === 'string' ? encode(header) : json(header)
  const input = `${first}.${payload ?? json(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`
}

/** The same token with another signature. */
function withSignature(token, change) {
  const at = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(at + 1), 'base64url')
  const changed = change(signature)
  return `${token.slice(0, at)}.${typeof changed === 'string' ? changed : changed.toString('base64url')}`
}

/** The same token with another header, and its old signature. */
const withHeader = (token, header) => `${json(header)}${token.slice(token.indexOf('.'))}`

function flipped(bytes, index) {
  const copy = Buffer.from(bytes)
  copy[index] ^= 1
  return copy
}

/** S of the signature plus the order of the base point, little-endian: the same point. */
function malleable(signature) {
  let s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + ORDER
  const copy = Buffer.from(signature)
  for (let index = 32; index < 64; index++, s >>= 8n) copy[index] = Number(s & 255n)
  return copy
}

/** A token with a signature of HMAC, whatever its header says. */
function macked(header, secret) {
  const input = `${json(header)}.${json(CLAIMS)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const jwk = (members = {}, key = own.jwk) => ({ kind: 'jwk', jwk: { ...key, ...members } })
const jwks = (...keys) => ({ kind: 'jwks', jwks: { keys } })
const pem = { kind: 'pem', value: own.pem }
const secret = { kind: 'secret', value: own.jwk.x, encoding: 'utf8' }

/** Each class, with its vectors: why, the token, and what differs from a key of Ed25519 without `alg`. */
const CLASSES = {
  'valid-ed25519': [
    ['a key without alg serves the name Ed25519', made()],
    ['a key without alg serves the name EdDSA, too', made({ header: { alg: 'EdDSA' } })],
    ['a key with the alg Ed25519', made(), { key: jwk({ alg: 'Ed25519' }) }],
    [
      'a key with the alg EdDSA',
      made({ header: { alg: 'EdDSA' } }),
      { key: jwk({ alg: 'EdDSA' }) },
    ],
    ['a key in PEM', made(), { key: pem }],
    ['a key in PEM, and the name EdDSA', made({ header: { alg: 'EdDSA' } }), { key: pem }],
    [
      'a key of a set, by kid',
      made({ header: { alg: 'Ed25519', kid: 'a' } }),
      { key: jwks({ ...own.jwk, kid: 'a' }, { ...other.jwk, kid: 'b' }) },
    ],
    [
      'the other key of that set',
      made({ header: { alg: 'Ed25519', kid: 'b' }, key: other }),
      { key: jwks({ ...own.jwk, kid: 'a' }, { ...other.jwk, kid: 'b' }) },
    ],
    [
      'the only key of a set, without kid',
      made(),
      { key: jwks({ ...own.jwk, kid: 'a', use: 'sig' }) },
    ],
    [
      'of two keys of a set, the one with this alg',
      made({ header: { alg: 'Ed25519', kid: 'a' } }),
      {
        key: jwks(
          { ...own.jwk, kid: 'a', alg: 'Ed25519' },
          { ...other.jwk, kid: 'b', alg: 'EdDSA' },
        ),
      },
    ],
    ['allowed by its name', made(), { algorithms: ['Ed25519'] }],
    ['one of two names that are allowed', made(), { algorithms: ['EdDSA', 'Ed25519'] }],
    ['a key that may verify', made(), { key: jwk({ use: 'sig', key_ops: ['verify'] }) }],
    [
      'a type beside the algorithm',
      made({ header: { typ: 'at+jwt', alg: 'Ed25519' } }),
      { typ: 'at+jwt' },
    ],
    [
      'claims beyond ASCII',
      made({ claims: { ...CLAIMS, name: 'Zoë 🔑' } }),
      { expectClaims: { name: 'Zoë 🔑' } },
    ],
    [
      'an escaped letter is that letter (RFC 8259 section 7)',
      made({ header: '{"alg":"\\u0045d25519"}' }),
    ],
    [
      'issuer and audience',
      made({ claims: { ...CLAIMS, iss: 'i', aud: ['a', 'b'] } }),
      { issuer: 'i', audience: 'b' },
    ],
    [
      'the payload of RFC 8037 appendix A.4 by the new name',
      made({ payload: encode('Example of Ed25519 signing') }),
      { rawPayload: true },
    ],
  ],
  'ed25519-name': [
    ['a key with the alg EdDSA does not serve Ed25519', made(), { key: jwk({ alg: 'EdDSA' }) }],
    [
      'a key with the alg Ed25519 does not serve EdDSA',
      made({ header: { alg: 'EdDSA' } }),
      { key: jwk({ alg: 'Ed25519' }) },
    ],
    [
      'nor does one of a set',
      made({ header: { alg: 'EdDSA', kid: 'a' } }),
      { key: jwks({ ...own.jwk, kid: 'a', alg: 'Ed25519' }) },
    ],
    [
      'the kid names a key of the other alg',
      made({ header: { alg: 'Ed25519', kid: 'b' }, key: other }),
      {
        key: jwks(
          { ...own.jwk, kid: 'a', alg: 'Ed25519' },
          { ...other.jwk, kid: 'b', alg: 'EdDSA' },
        ),
      },
    ],
    [
      'the name EdDSA is not allowed',
      made({ header: { alg: 'EdDSA' } }),
      { algorithms: ['Ed25519'] },
    ],
    ['the name Ed25519 is not allowed', made(), { algorithms: ['EdDSA'] }],
    ['neither name is allowed', made(), { algorithms: ['ES256', 'RS256'] }],
    ...[
      'ed25519',
      'ED25519',
      'eD25519',
      'Ed25519 ',
      ' Ed25519',
      'Ed25519\u0000',
      'Ed25519ph',
      'Ed25519ctx',
      'Ed448',
      'eddsa',
      'EDDSA',
      'Ed',
      '',
      'ES256',
      'none',
    ].map((alg) => [`the algorithm ${JSON.stringify(alg)}`, made({ header: { alg } })]),
    ...[-19, ['Ed25519'], { name: 'Ed25519' }, true, null].map((alg) => [
      `an algorithm that is not a text: ${JSON.stringify(alg)}`,
      made({ header: { alg } }),
    ]),
    ['a full-width letter', made({ header: { alg: '\uff25d25519' } })],
    ['a header without alg', made({ header: { typ: 'JWT' } })],
    ['alg twice, the same', made({ header: '{"alg":"Ed25519","alg":"Ed25519"}' })],
    ['alg twice, none first', made({ header: '{"alg":"none","alg":"Ed25519"}' })],
    ['alg twice, none last', made({ header: '{"alg":"Ed25519","alg":"none"}' })],
    ['alg twice, once escaped', made({ header: '{"alg":"Ed25519","\\u0061lg":"EdDSA"}' })],
  ],
  'ed25519-key': [
    ['a signature of another key', made({ key: other })],
    [
      'a signature of another key of the set',
      made({ header: { alg: 'Ed25519', kid: 'a' }, key: other }),
      { key: jwks({ ...own.jwk, kid: 'a' }, { ...other.jwk, kid: 'b' }) },
    ],
    [
      'a kid that the set does not have',
      made({ header: { alg: 'Ed25519', kid: 'c' } }),
      { key: jwks({ ...own.jwk, kid: 'a' }) },
    ],
    [
      'HMAC with the public key as its secret, by the name HS256',
      macked({ alg: 'HS256' }, Buffer.from(own.jwk.x, 'base64url')),
    ],
    [
      'HMAC with the text of the public key, by the name HS256',
      macked({ alg: 'HS256' }, own.pem),
      { key: pem },
    ],
    [
      'HMAC by the name Ed25519, and a public key',
      macked({ alg: 'Ed25519' }, Buffer.from(own.jwk.x, 'base64url')),
    ],
    [
      'HMAC by the name Ed25519, and a secret',
      macked({ alg: 'Ed25519' }, own.jwk.x),
      { key: secret },
    ],
    ['a good signature, and a secret', made(), { key: secret }],
    ['a key of P-256', made(), { key: jwk({}, P256) }],
    ['a key of RSA', made(), { key: jwk({}, RSA) }],
    [
      'a key of P-256 in a set',
      made({ header: { alg: 'Ed25519', kid: 'a' } }),
      { key: jwks({ ...P256, kid: 'a' }) },
    ],
    ['a key of P-256 that says it serves Ed25519', made(), { key: jwk({ alg: 'Ed25519' }, P256) }],
    ['a key of RSA that says it serves Ed25519', made(), { key: jwk({ alg: 'Ed25519' }, RSA) }],
    ['a key of Ed25519 that says it serves ES256', made(), { key: jwk({ alg: 'ES256' }) }],
    ['a key of Ed25519 that says it serves HS256', made(), { key: jwk({ alg: 'HS256' }) }],
    ['a key of Ed25519 that says it serves Ed448', made(), { key: jwk({ alg: 'Ed448' }) }],
    ['a key of Ed25519 whose alg has another case', made(), { key: jwk({ alg: 'ed25519' }) }],
    ['a key of X25519, which agrees on keys', made(), { key: jwk({}, X25519) }],
    ['a key of Ed448', made(), { key: jwk({}, ED448) }],
    ['a key for encryption', made(), { key: jwk({ use: 'enc' }) }],
    ['a key that may only sign', made(), { key: jwk({ key_ops: ['sign'] }) }],
    [
      'a point of 31 bytes',
      made(),
      { key: jwk({ x: Buffer.from(own.jwk.x, 'base64url').subarray(1).toString('base64url') }) },
    ],
    [
      'a point of 33 bytes',
      made(),
      {
        key: jwk({
          x: Buffer.concat([Buffer.from(own.jwk.x, 'base64url'), Buffer.alloc(1)]).toString(
            'base64url',
          ),
        }),
      },
    ],
    [
      'a key of small order, and the signature that fits every message',
      withSignature(made(), () => Buffer.concat([Buffer.of(1), Buffer.alloc(63)])),
      { key: jwk({}, NEUTRAL), level: 'should' },
    ],
    [
      'a key in the header of the token',
      made({ header: { alg: 'Ed25519', jwk: other.jwk }, key: other }),
    ],
  ],
  'ed25519-signature': [
    ...[0, 31, 32, 63].map((index) => [
      `a changed bit in byte ${index}`,
      withSignature(made(), (bytes) => flipped(bytes, index)),
    ]),
    [
      'the order of the base point added to S (RFC 8032 section 5.1.7)',
      withSignature(made(), malleable),
    ],
    ['63 bytes', withSignature(made(), (bytes) => bytes.subarray(0, 63))],
    ['65 bytes', withSignature(made(), (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['an empty signature', withSignature(made(), () => '')],
    ['a signature of zeros', withSignature(made(), () => Buffer.alloc(64))],
    [
      'R and S the other way round',
      withSignature(made(), (bytes) => Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])),
    ],
    ['padding behind the signature', `${made()}==`],
    ['the signature in hexadecimal', withSignature(made(), (bytes) => bytes.toString('hex'))],
    [
      'the signature of other claims',
      withSignature(made(), () => made({ claims: { ...CLAIMS, sub: 'user-2' } }).split('.')[2]),
    ],
    ['the header says EdDSA, and was signed as Ed25519', withHeader(made(), { alg: 'EdDSA' })],
    [
      'the header says Ed25519, and was signed as EdDSA',
      withHeader(made({ header: { alg: 'EdDSA' } }), { alg: 'Ed25519' }),
    ],
    [
      'a header with a member more than was signed',
      withHeader(made(), { alg: 'Ed25519', kid: 'a' }),
    ],
    [
      'the header says EdDSA, and a good token went before',
      withHeader(made(), { alg: 'EdDSA' }),
      { before: [{ token: made() }] },
    ],
    [
      'a changed bit, and a good token went before',
      withSignature(made(), (bytes) => flipped(bytes, 63)),
      { before: [{ token: made() }] },
    ],
  ],
  'ed25519-token': [
    ['a crit header', made({ header: { alg: 'Ed25519', crit: ['exp'], exp: NOW } })],
    ['an unencoded payload', made({ header: { alg: 'Ed25519', b64: false, crit: ['b64'] } })],
    ['expired', made({ claims: { ...CLAIMS, exp: NOW } })],
    ['not active yet', made({ claims: { ...CLAIMS, nbf: NOW + 1 } })],
    ['an exp that is a text', made({ claims: { ...CLAIMS, exp: String(CLAIMS.exp) } })],
    ['another issuer', made({ claims: { ...CLAIMS, iss: 'other' } }), { issuer: 'i' }],
    ['another audience', made({ claims: { ...CLAIMS, aud: 'other' } }), { audience: 'a' }],
    ['another type', made({ header: { alg: 'Ed25519', typ: 'JWT' } }), { typ: 'at+jwt' }],
    ['a claim is missing', made(), { requiredClaims: ['jti'] }],
    ['a payload that is not an object', made({ payload: json([CLAIMS]) })],
    [
      'a claim twice',
      made({ payload: encode(`{"sub":"user-1","sub":"root","exp":${CLAIMS.exp}}`) }),
    ],
  ],
}

function vectorOf(
  attack,
  index,
  [why, token, { key, level, before, expectClaims, ...options } = {}],
) {
  return {
    id: `${attack}-${String(index + 1).padStart(3, '0')}`,
    source: SOURCE,
    attack,
    level: level ?? 'must',
    key: key ?? jwk(),
    options: { now: NOW, ...options },
    token,
    before,
    expect: attack.startsWith('valid') ? 'accept' : 'reject',
    expectClaims,
    why,
  }
}

/** The text of ed25519.jsonl. */
export function makeEd25519Vectors() {
  const lines = Object.entries(CLASSES).flatMap(([attack, entries]) =>
    entries.map((entry, index) => JSON.stringify(vectorOf(attack, index, entry))),
  )
  return `${lines.join('\n')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(makeEd25519Vectors())
}
