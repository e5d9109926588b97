import { describe, expect, it } from 'vitest'
import {
  checkActive,
  checkAudience,
  checkClaimTypes,
  checkExpiry,
  checkIssuer,
  checkRequired,
  checkType,
  type Claims,
} from './claims.js'

const NOW = 1_700_000_000

const refusal = (code: string, claim?: string) =>
  expect.objectContaining({ name: 'TokenError', code, claim })

/** Claims as they come out of a parser: their registered names may have any type. */
const parsed = (text: string): Claims => JSON.parse(text)

describe('checkClaimTypes (RFC 7519 sections 4.1.1 to 4.1.7)', () => {
  it.each(['iss', 'sub', 'jti'])('takes a text as %s, also an empty one, or none', (claim) => {
    expect(() => checkClaimTypes({ [claim]: 'text' })).not.toThrow()
    expect(() => checkClaimTypes({ [claim]: '' })).not.toThrow()
    expect(() => checkClaimTypes({})).not.toThrow()
  })

  it.each(['iss', 'sub', 'jti'])('refuses %s that is no text', (claim) => {
    for (const value of ['null', '1', 'true', '["a"]', '{"a":1}']) {
      const claims = parsed(`{"${claim}":${value}}`)
      expect(() => checkClaimTypes(claims)).toThrow(refusal('token_claim', claim))
    }
  })

  it('takes a text or a list of texts as aud, also an empty list (section 4.1.3)', () => {
    for (const aud of ['a', '', ['a', 'b'], []])
      expect(() => checkClaimTypes({ aud })).not.toThrow()
  })

  it.each(['null', '1', 'true', '{"0":"a","length":1}', '["a",1]', '[null]', '[["a"]]'])(
    'refuses aud that is neither: %s (section 4.1.3)',
    (value) => {
      const claims = parsed(`{"aud":${value}}`)
      expect(() => checkClaimTypes(claims)).toThrow(refusal('token_claim', 'aud'))
    },
  )

  it.each(['exp', 'nbf', 'iat'])('takes any finite number as %s (section 2)', (claim) => {
    for (const value of ['0', '-1', '1.5', '1.7e9', '8640000000000', '-8640000000000', '5e-324']) {
      expect(() => checkClaimTypes(parsed(`{"${claim}":${value}}`))).not.toThrow()
    }
  })

  it.each(['exp', 'nbf', 'iat'])('refuses %s that is no NumericDate (section 2)', (claim) => {
    const wrong = ['null', 'true', '"1700000000"', '""', '[1]', '{}', '1e999', '-1e999']
    for (const value of wrong) {
      const claims = parsed(`{"${claim}":${value}}`)
      expect(() => checkClaimTypes(claims)).toThrow(refusal('token_claim', claim))
    }
    for (const value of ['0', '-1', '1.5', '9007199254740991', '-1e300']) {
      expect(() => checkClaimTypes(parsed(`{"${claim}":${value}}`))).not.toThrow()
    }
  })

  it('looks at own claims only, whatever __proto__ says (RFC 8259 section 4)', () => {
    expect(() => checkClaimTypes(parsed('{"__proto__":{"exp":"never","sub":1}}'))).not.toThrow()
    expect(() => checkClaimTypes(Object.create({ exp: 'never' }))).not.toThrow()
  })
})

describe('checkExpiry: exp (RFC 7519 section 4.1.4)', () => {
  it('takes a token until the last moment before exp', () => {
    expect(() => checkExpiry({ exp: NOW + 1 }, {}, NOW)).not.toThrow()
    expect(() => checkExpiry({ exp: NOW }, {}, NOW - 0.001)).not.toThrow()
    expect(() => checkExpiry({ exp: NOW + 0.5 }, {}, NOW)).not.toThrow()
  })

  it('refuses a token on exp itself and after it, and says when it expired', () => {
    for (const now of [NOW, NOW + 0.001, NOW + 1e9]) {
      const expired = { code: 'token_expired', claim: 'exp', expiredAt: NOW }
      expect(() => checkExpiry({ exp: NOW }, {}, now)).toThrow(expect.objectContaining(expired))
    }
    expect(() => checkExpiry({ exp: 0 }, {}, NOW)).toThrow(refusal('token_expired', 'exp'))
    expect(() => checkExpiry({ exp: -1 }, {}, NOW)).toThrow(refusal('token_expired', 'exp'))
  })

  it('moves the end by the clock tolerance, to the second', () => {
    const rules = { clockToleranceSeconds: 30 }
    expect(() => checkExpiry({ exp: NOW }, rules, NOW + 29)).not.toThrow()
    expect(() => checkExpiry({ exp: NOW }, rules, NOW + 30)).toThrow(
      refusal('token_expired', 'exp'),
    )
  })

  it('asks for no exp of its own accord', () => {
    expect(() => checkExpiry({}, {}, NOW)).not.toThrow()
  })

  it('refuses when the clock gives no number', () => {
    expect(() => checkExpiry({ exp: NOW }, {}, Number.NaN)).toThrow(refusal('token_expired', 'exp'))
  })
})

describe('checkExpiry: age (RFC 7519 section 4.1.6)', () => {
  const rules = { maxTokenAgeSeconds: 60 }

  it('takes a token of exactly the greatest age, and refuses an older one', () => {
    expect(() => checkExpiry({ iat: NOW - 60 }, rules, NOW)).not.toThrow()
    const expired = { code: 'token_expired', claim: 'iat', expiredAt: NOW - 1 }
    expect(() => checkExpiry({ iat: NOW - 61 }, rules, NOW)).toThrow(
      expect.objectContaining(expired),
    )
  })

  it('adds the clock tolerance to the greatest age, to the second', () => {
    const tolerant = { ...rules, clockToleranceSeconds: 5 }
    expect(() => checkExpiry({ iat: NOW - 65 }, tolerant, NOW)).not.toThrow()
    expect(() => checkExpiry({ iat: NOW - 66 }, tolerant, NOW)).toThrow(
      refusal('token_expired', 'iat'),
    )
  })

  it('takes an age of 0 seconds at its word', () => {
    expect(() => checkExpiry({ iat: NOW }, { maxTokenAgeSeconds: 0 }, NOW)).not.toThrow()
    expect(() => checkExpiry({ iat: NOW }, { maxTokenAgeSeconds: 0 }, NOW + 1)).toThrow(
      refusal('token_expired', 'iat'),
    )
  })

  it('refuses a token without iat, whose age is unknown', () => {
    expect(() => checkExpiry({ exp: NOW + 1 }, rules, NOW)).toThrow(refusal('token_claim', 'iat'))
  })

  it('refuses when the clock gives no number', () => {
    expect(() => checkExpiry({ iat: NOW }, rules, Number.NaN)).toThrow(
      refusal('token_expired', 'iat'),
    )
  })
})

describe('checkActive (RFC 7519 section 4.1.5)', () => {
  it('takes a token from nbf on, and refuses it before', () => {
    expect(() => checkActive({ nbf: NOW }, {}, NOW)).not.toThrow()
    expect(() => checkActive({ nbf: NOW - 1 }, {}, NOW)).not.toThrow()
    expect(() => checkActive({}, {}, NOW)).not.toThrow()
    expect(() => checkActive({ nbf: NOW + 1 }, {}, NOW)).toThrow(refusal('token_not_active', 'nbf'))
    expect(() => checkActive({ nbf: NOW }, {}, NOW - 0.001)).toThrow(
      refusal('token_not_active', 'nbf'),
    )
  })

  it('moves the start by the clock tolerance, to the second', () => {
    const rules = { clockToleranceSeconds: 30 }
    expect(() => checkActive({ nbf: NOW + 30 }, rules, NOW)).not.toThrow()
    const early = () => checkActive({ nbf: NOW + 31 }, rules, NOW)
    expect(early).toThrow(refusal('token_not_active', 'nbf'))
  })

  it('refuses a token issued in the future where its age counts, and only there (section 4.1.6)', () => {
    const rules = { maxTokenAgeSeconds: 60, clockToleranceSeconds: 5 }
    expect(() => checkActive({ iat: NOW + 1000 }, {}, NOW)).not.toThrow()
    expect(() => checkActive({ iat: NOW + 5 }, rules, NOW)).not.toThrow()
    const early = () => checkActive({ iat: NOW + 6 }, rules, NOW)
    expect(early).toThrow(refusal('token_not_active', 'iat'))
  })

  it.each([
    [{ issuedAheadSeconds: 60 }, 60],
    [{ issuedAheadSeconds: 60, clockToleranceSeconds: 90 }, 90],
    [{ issuedAheadSeconds: 60, maxTokenAgeSeconds: 10 }, 0],
  ])('lets iat lie ahead by %j no more than %d seconds', (rules, ahead) => {
    expect(() => checkActive({ iat: NOW + ahead }, rules, NOW)).not.toThrow()
    const early = () => checkActive({ iat: NOW + ahead + 1 }, rules, NOW)
    expect(early).toThrow(refusal('token_not_active', 'iat'))
    // A clock that was set back by an hour meanwhile.
    expect(() => checkActive({ iat: NOW }, rules, NOW - 3600, NOW)).not.toThrow()
  })

  it('refuses when the clock gives no number', () => {
    expect(() => checkActive({ nbf: NOW }, {}, Number.NaN)).toThrow(
      refusal('token_not_active', 'nbf'),
    )
  })
})

describe('checkIssuer (RFC 7519 section 4.1.1)', () => {
  it('takes the issuer, or any of a list of them', () => {
    expect(() => checkIssuer({ iss: 'https://a' }, { issuer: 'https://a' })).not.toThrow()
    expect(() => checkIssuer({ iss: 'b' }, { issuer: ['a', 'b'] })).not.toThrow()
    expect(() => checkIssuer({ iss: 'anyone' }, {})).not.toThrow()
    expect(() => checkIssuer({}, {})).not.toThrow()
  })

  it.each([
    'https://b',
    'https://A',
    'https://a/',
    'https://a ',
    'https://',
    '',
    'https://a,https://b',
  ])('refuses the issuer %j where https://a is due: it is compared exactly', (iss) => {
    expect(() => checkIssuer({ iss }, { issuer: 'https://a' })).toThrow(
      refusal('token_issuer', 'iss'),
    )
    expect(() => checkIssuer({ iss }, { issuer: ['https://a'] })).toThrow(
      refusal('token_issuer', 'iss'),
    )
  })

  it('refuses a token without iss, and one that only inherits it', () => {
    for (const claims of [{}, parsed('{"__proto__":{"iss":"a"}}'), Object.create({ iss: 'a' })]) {
      expect(() => checkIssuer(claims, { issuer: 'a' })).toThrow(refusal('token_issuer', 'iss'))
    }
  })

  it('refuses every token where the list is empty', () => {
    expect(() => checkIssuer({ iss: 'a' }, { issuer: [] })).toThrow(refusal('token_issuer', 'iss'))
    expect(() => checkIssuer({}, { issuer: [] })).toThrow(refusal('token_issuer', 'iss'))
  })
})

describe('checkAudience (RFC 7519 section 4.1.3)', () => {
  it('takes a token that names this audience, alone or among others', () => {
    for (const aud of ['api', ['api'], ['other', 'api']]) {
      expect(() => checkAudience({ aud }, { audience: 'api' })).not.toThrow()
      expect(() => checkAudience({ aud }, { audience: ['mine', 'api'] })).not.toThrow()
    }
    expect(() => checkAudience({ aud: 'anyone' }, {})).not.toThrow()
    expect(() => checkAudience({}, {})).not.toThrow()
  })

  it.each([['other'], ['API'], ['api/'], ['ap'], [''], [[]], [['other']], [['api,other']], [['']]])(
    'rejects a token for another audience: %j',
    (aud) => {
      for (const audience of ['api', ['api', 'mine']]) {
        expect(() => checkAudience({ aud }, { audience })).toThrow(refusal('token_audience', 'aud'))
      }
    },
  )

  it('rejects a token without an audience, and every token where the list is empty', () => {
    expect(() => checkAudience({}, { audience: 'api' })).toThrow(refusal('token_audience', 'aud'))
    expect(() => checkAudience({ aud: 'api' }, { audience: [] })).toThrow(
      refusal('token_audience', 'aud'),
    )
    const inherited: Claims = Object.create({ aud: 'api' })
    expect(() => checkAudience(inherited, { audience: 'api' })).toThrow(
      refusal('token_audience', 'aud'),
    )
  })
})

describe('checkType (RFC 7515 section 4.1.9, RFC 8725 section 3.11)', () => {
  it.each([
    ['at+jwt', 'at+jwt'],
    ['AT+JWT', 'at+jwt'],
    ['application/at+jwt', 'at+jwt'],
    ['at+jwt', 'application/AT+jwt'],
    ['Application/At+Jwt', 'application/at+jwt'],
  ])('takes typ %j where %j is due', (typ, due) => {
    expect(() => checkType({ typ }, { typ: due })).not.toThrow()
  })

  it.each([
    ['JWT', 'at+jwt'],
    ['at+jwt ', 'at+jwt'],
    ['', 'at+jwt'],
    ['text/at+jwt', 'at+jwt'],
    ['application/application/at+jwt', 'at+jwt'],
    ['application/a/b', 'a/b'],
    ['\u212a', 'k'],
    ['\u0130', 'i\u0307'],
  ])('refuses typ %j where %j is due', (typ, due) => {
    expect(() => checkType({ typ }, { typ: due })).toThrow(refusal('token_type'))
  })

  it.each([[undefined], [null], [1], [['at+jwt']], [{ typ: 'at+jwt' }]])(
    'refuses typ of another type: %o',
    (typ) => {
      expect(() => checkType({ typ }, { typ: 'at+jwt' })).toThrow(refusal('token_type'))
      expect(() => checkType({ typ }, {})).not.toThrow()
    },
  )

  it('looks at the header itself, not at what it inherits', () => {
    const inherited = Object.create({ typ: 'at+jwt' })
    expect(() => checkType(inherited, { typ: 'at+jwt' })).toThrow(refusal('token_type'))
  })
})

describe('checkRequired (RFC 7519 section 4)', () => {
  it('takes claims of any type, also those that look like nothing', () => {
    for (const value of ['x', 0, false, {}, ['a'], ' ']) {
      expect(() => checkRequired({ tenant: value }, { requiredClaims: ['tenant'] })).not.toThrow()
    }
    expect(() => checkRequired({}, { requiredClaims: [] })).not.toThrow()
    expect(() => checkRequired({}, {})).not.toThrow()
  })

  it.each([undefined, null, '', []].map((value) => [value]))(
    'refuses %j in place of the claim',
    (value) => {
      const check = () => checkRequired({ tenant: value }, { requiredClaims: ['tenant'] })
      expect(check).toThrow(refusal('token_claim', 'tenant'))
    },
  )

  it.each(['toString', 'constructor', 'hasOwnProperty', '__proto__', 'valueOf'])(
    'does not take the %s that every object inherits for a claim',
    (claim) => {
      const check = () => checkRequired({}, { requiredClaims: [claim] })
      expect(check).toThrow(refusal('token_claim', claim))
      const own = parsed(`{"${claim}":"x"}`)
      expect(() => checkRequired(own, { requiredClaims: [claim] })).not.toThrow()
    },
  )

  it('names the first claim that is missing', () => {
    expect(() => checkRequired({ a: 1 }, { requiredClaims: ['a', 'b', 'c'] })).toThrow(
      refusal('token_claim', 'b'),
    )
  })
})
