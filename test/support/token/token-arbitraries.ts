import * as fc from 'fast-check'
import type { JWTVerifyOptions } from 'jose'
import type { Algorithm, ClaimRules } from '@signet/auth'

/** The clock of the properties, in seconds. */
export const NOW = 1_700_000_000

/** The characters of base64url. */
export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Every member may be missing. */
export const OPTIONAL = { requiredKeys: [] }

/** Values that a registered claim should not have, beside some that it may. */
const awkward = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    '1700000060',
    [],
    {},
    [null],
    ['a', 1],
    -1,
    0,
    0.5,
    1e21,
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

const timeBetween = (earliest: number, latest: number) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: NOW + earliest, max: NOW + latest }) },
    {
      weight: 5,
      arbitrary: fc.integer({ min: 2 * earliest, max: 2 * latest }).map((half) => NOW + half / 2),
    },
    { weight: 1, arbitrary: awkward },
  )

/** Names of issuers and audiences: few, so that they often meet. */
export const name = fc.constantFrom('a', 'a', 'b', 'A', '')
const party = fc.oneof({ weight: 30, arbitrary: name }, { weight: 1, arbitrary: awkward })
const audience = fc.oneof(
  { weight: 15, arbitrary: name },
  { weight: 15, arbitrary: fc.array(name, { maxLength: 3 }) },
  { weight: 1, arbitrary: awkward },
)

const registered = fc.record(
  {
    iss: party,
    sub: party,
    jti: party,
    aud: audience,
    exp: timeBetween(-2, 14),
    nbf: timeBetween(-14, 2),
    iat: timeBetween(-10, 2),
  },
  OPTIONAL,
)
const privateName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'then', 'scope', 'tenant', ''),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const privateClaims = fc.array(fc.tuple(privateName, fc.jsonValue({ maxDepth: 3 })), {
  maxLength: 3,
})

/** Claims as JSON text: written member by member, so that any name goes, once. */
export const claimsText = fc.tuple(registered, privateClaims).map(([known, more]) => {
  const members = new Map<string, unknown>([...more, ...Object.entries(known)])
  return `{${[...members].map((member) => member.map((each) => JSON.stringify(each)).join(':')).join()}}`
})

const typ = fc.constantFrom(
  'JWT',
  'jwt',
  'at+jwt',
  'application/at+jwt',
  'AT+JWT',
  'text/at+jwt',
  'a/b',
)

/** Headers as JSON text, mostly with one of these algorithms. */
export const headerText = (algorithms: readonly Algorithm[]) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom<unknown>(...algorithms) },
        { weight: 1, arbitrary: fc.constantFrom<unknown>('none', 'HS256', 'RS256', '', 1, null) },
      ),
      fc.record(
        {
          typ: fc.oneof({ weight: 6, arbitrary: typ }, { weight: 1, arbitrary: awkward }),
          kid: awkward,
          cty: awkward,
          jku: fc.constant('https://evil.example/keys'),
          x5c: awkward,
          jwk: awkward,
        },
        OPTIONAL,
      ),
      fc.oneof(
        { weight: 12, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.record({ crit: awkward }) },
      ),
    )
    .map(([alg, members, more]) => JSON.stringify({ alg, ...members, ...more }))

/** Rules of a policy, with some of these algorithms. */
const rules = <Name extends Algorithm>(algorithms: readonly Name[]) =>
  fc.record(
    {
      issuer: fc.oneof(name, fc.array(name, { maxLength: 2 })),
      audience: fc.oneof(name, fc.array(name, { maxLength: 2 })),
      typ,
      requiredClaims: fc.subarray(['sub', 'exp', 'aud', 'jti', 'tenant', 'toString', '__proto__']),
      maxTokenAgeSeconds: fc.integer({ min: 0, max: 10 }),
      clockToleranceSeconds: fc.integer({ min: 0, max: 5 }),
      algorithms: fc.subarray<Name>([...algorithms], { minLength: 1 }),
    },
    OPTIONAL,
  )

/** The same, but few rules for most tokens, so that enough of them are accepted. */
export const lenientRules = <Name extends Algorithm>(algorithms: readonly Name[]) => {
  const all = rules(algorithms)
  const few = fc
    .tuple(all, fc.subarray([0, 1, 2, 3, 4, 5, 6], { maxLength: 2 }))
    .map(([every, kept]): typeof every =>
      Object.fromEntries(Object.entries(every).filter((_rule, index) => kept.includes(index))),
    )
  return fc.oneof(all, few, few)
}

/** A list that others could change, as jose wants it. */
function copy(value: string | readonly string[] | undefined): string | string[] | undefined {
  return typeof value === 'object' ? [...value] : value
}

/** What the rules are for jose, which calls some of them by other names. */
export function toJoseOptions(
  rules: ClaimRules & { readonly algorithms?: readonly Algorithm[] },
): JWTVerifyOptions {
  const { issuer, audience, requiredClaims, algorithms } = rules
  return {
    currentDate: new Date(NOW * 1000),
    algorithms: algorithms && [...algorithms],
    issuer: copy(issuer),
    audience: copy(audience),
    typ: rules.typ,
    requiredClaims: requiredClaims && [...requiredClaims],
    maxTokenAge: rules.maxTokenAgeSeconds,
    clockTolerance: rules.clockToleranceSeconds,
  }
}
