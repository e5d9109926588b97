import { signAnew } from './anew.js'
import type { Advice, ExpectedPlace, Refusal } from './advice.js'
import { listed, quoted } from './quoted.js'
import { dateText, durationWords, momentText } from './time-text.js'
import { asList } from '../lib/as-list.js'
import { clientOf } from '../claim/identity.js'
import { ownMember } from '../lib/object.js'
import { isTextList, isNonBlank } from '../lib/text.js'
import { readParts } from './token-parts.js'

/** No token lasts until the year 5138: what is later counts milliseconds. */
const MIN_MILLISECONDS = 1e11
/** No token began before 2001: what is earlier is a length of time. */
const MAX_LENGTH = 1e9
/** As far as clocks are apart that nobody sets. */
const SKEW_SECONDS = 300

function claimOf(refusal: Refusal, name: string): unknown {
  return ownMember(readParts(refusal.token).claims, name)
}

/** Whether a time counts milliseconds, where seconds are meant. */
export function isInMilliseconds(value: unknown): value is number {
  return typeof value === 'number' && value > MIN_MILLISECONDS
}

/** Why a token is over. */
export function expiryAdvice(refusal: Refusal): Advice {
  const { claim, now, expectations, message } = refusal
  const [expiry, issued] = [claimOf(refusal, 'exp'), claimOf(refusal, 'iat')]
  const age = expectations?.maxTokenAgeSeconds
  if (claim === 'iat' && typeof issued === 'number' && age !== undefined) {
    return {
      cause: `Issued ${momentText(issued, now)}; this server accepts a token for ${durationWords(age)} after its iat (maxTokenAgeSeconds).`,
      found: quoted(issued),
      ...signAnew('Create a new one', refusal),
    }
  }
  if (typeof expiry !== 'number') {
    return { cause: message ?? 'It has expired.', ...signAnew('Create a new one', refusal) }
  }
  const found = quoted(expiry)
  if (expiry < MAX_LENGTH) {
    return {
      cause: `exp is ${found}, which is a length of time. It must be a moment, in seconds since 1970.`,
      found,
      expected: 'seconds since 1970',
      ...signAnew('Create a new one', refusal),
    }
  }
  const skew =
    now - expiry < SKEW_SECONDS
      ? ' If it was made just now, the clocks of issuer and server differ: set them, or set clockToleranceSeconds.'
      : ''
  return {
    cause: `Expired ${momentText(expiry, now)}.${skew}`,
    found,
    ...signAnew('Create a new one', refusal),
  }
}

/** Why a token is not good yet. */
export function startAdvice(refusal: Refusal): Advice {
  const { now, message } = refusal
  const isStart = refusal.claim !== 'iat'
  const name = isStart ? 'nbf' : 'iat'
  const value = claimOf(refusal, name)
  if (typeof value !== 'number') {
    return { cause: message ?? 'It is not active yet.', ...signAnew('Create a new one', refusal) }
  }
  const common = { found: quoted(value) }
  if (isInMilliseconds(value)) {
    return {
      cause: `${name} is ${quoted(value)}, which counts milliseconds. It must count seconds since 1970.`,
      ...common,
      expected: 'seconds since 1970',
      ...signAnew('Create a new one', refusal),
    }
  }
  if (isStart) {
    const cause = `Not valid yet: it becomes valid ${momentText(value, now)} (nbf).`
    return {
      cause,
      ...common,
      ...signAnew('Wait until then, or create one that is valid from now', refusal),
    }
  }
  return {
    cause: `Issued in the future: its iat is ${durationWords(value - now)} ahead, at ${dateText(value) ?? quoted(value)}.`,
    ...common,
    ...signAnew('Set the clock of its issuer, and create a new one', refusal),
  }
}

/** A value that one claim has, and what it should be. */
function otherValue(
  refusal: Refusal,
  claim: 'iss' | 'aud',
  option: string,
  values: readonly string[] | undefined,
): Advice {
  const value = claimOf(refusal, claim)
  const isThere = value !== undefined
  const found = isThere ? listed(asList(value), 'and') : 'nothing'
  const has = isThere ? `${claim} is ${found}` : `The claim ${claim} is missing`
  if (values === undefined) {
    return {
      cause: isThere ? `${has}, and this server does not accept that.` : `${has}, or not accepted.`,
      found,
      remedy: `Get a token whose ${claim} this server accepts.`,
    }
  }
  const expected = values.length === 0 ? 'nothing' : listed(values)
  return {
    cause: `${has}; this server expects ${expected} (set in ${option}).`,
    found,
    expected,
    ...signAnew(
      `Create one with ${claim} ${values[0] === undefined ? 'as expected' : quoted(values[0])}`,
      refusal,
    ),
  }
}

/** Why the issuer of a token is not taken. */
export function issuerAdvice(refusal: Refusal): Advice {
  const { expectations, message } = refusal
  if (expectations?.issuers === undefined && message !== undefined) {
    return {
      cause: message,
      remedy: 'Get a token of an issuer that this server accepts, or add its iss to issuer.',
    }
  }
  return otherValue(refusal, 'iss', 'issuer', expectations?.issuers)
}

/** Why a token is for another server. */
export function audienceAdvice(refusal: Refusal): Advice {
  const advice = otherValue(refusal, 'aud', 'audience', refusal.expectations?.audiences)
  const { claims } = readParts(refusal.token)
  const client = claims === undefined ? undefined : clientOf(claims)
  if (client === undefined) return advice
  return { ...advice, cause: `${advice.cause} It was issued to the client ${quoted(client)}.` }
}

/** Why a token is of another type. */
export function typeAdvice(refusal: Refusal): Advice {
  const type = ownMember(readParts(refusal.token).header, 'typ')
  const found = type === undefined ? 'nothing' : quoted(type)
  const expected = refusal.expectations?.typ
  const wants =
    expected === undefined ? '' : `; this server expects ${quoted(expected)} (set in typ)`
  return {
    cause: `typ in its header is ${found}${wants}.`,
    found,
    ...(expected !== undefined && { expected: quoted(expected) }),
    ...signAnew('Send an access token, and not an ID token', refusal),
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object'
    ? 'an object'
    : `a ${typeof value === 'string' ? 'text' : typeof value}`
}

const TIMES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat'])

function missingAdvice(claim: string, refusal: Refusal): Advice {
  switch (claim) {
    case 'sub':
      return {
        cause: 'It does not say who calls: the claim sub is missing.',
        expected: 'sub',
        ...signAnew('Create one with the name of whoever calls as --sub', refusal),
      }
    case 'exp':
      return {
        cause: 'It never expires: the claim exp is missing, and production refuses that.',
        expected: 'exp',
        ...signAnew('Create one that expires', refusal),
      }
    case 'iat':
      return {
        cause:
          'The claim iat is missing. This server needs it to compute the age of the token (maxTokenAgeSeconds).',
        expected: 'iat',
        ...signAnew('Create one with iat', refusal),
      }
    default:
      return {
        cause: `The claim ${quoted(claim)} is missing, which this server requires (requiredClaims).`,
        expected: quoted(claim),
        ...signAnew(`Create one with ${quoted(claim)}`, refusal),
      }
  }
}

/** What stands at a place, and what must stand there. */
function placeAdvice(place: ExpectedPlace, refusal: Refusal): Advice {
  const { claim, option, found, expected, isBelow = false } = place
  if (expected === undefined) {
    return {
      cause: `It does not say who calls: ${claim} is missing, blank or not a text (set in ${option}).`,
      expected: claim,
      ...signAnew(`Get one with ${claim}, or name another place in ${option}`, refusal),
    }
  }
  const has = found === undefined ? `${claim} is missing` : `${claim} is ${quoted(found)}`
  const common = {
    ...(found !== undefined && { found: quoted(found) }),
    expected: listed(expected),
  }
  if (option === 'actors') {
    const most = expected.length === 0 ? 'nobody' : `only ${listed(expected)}`
    const actor = found === undefined ? 'an actor without a name' : `the actor ${quoted(found)}`
    return {
      cause: `The token has ${actor}; this server lets ${most} act for another (set in actors).`,
      ...common,
      ...signAnew('Get one without that actor, or name the actor in actors', refusal),
    }
  }
  const cause = `${has}; this server expects ${listed(expected)} (set in ${option}).`
  if (option === 'clients') {
    return {
      cause,
      ...common,
      ...signAnew(
        'Get one that an expected client asked for, or name the client in clients',
        refusal,
      ),
    }
  }
  const [first] = expected
  if (option === 'tenant') {
    return {
      cause: `${has}, and iss names the tenant ${quoted(first)}. Both must be equal (set in tenant).`,
      ...common,
      ...signAnew('Get a token of that tenant', refusal),
    }
  }
  return {
    cause,
    ...common,
    ...(isBelow
      ? signAnew(`Get one with ${claim} ${quoted(first)}`, refusal)
      : signAnew(`Make one with ${claim} ${quoted(first)}`, refusal, { [claim]: first })),
  }
}

/** Which claim is missing or wrong. */
export function claimAdvice(refusal: Refusal): Advice {
  const place = refusal.expectations?.places?.find((each) => each.claim === refusal.claim)
  if (place !== undefined) return placeAdvice(place, refusal)
  const { claims } = readParts(refusal.token)
  const claim = refusal.claim ?? suspectClaim(claims)
  if (claim === undefined) {
    return {
      cause: refusal.message ?? 'A claim of the token is missing or not valid.',
      ...signAnew('Create one with all claims', refusal),
    }
  }
  const value = ownMember(claims, claim)
  const isBlank = typeof value === 'string' && value.trim() === ''
  const isMissing = value === undefined || value === null || isBlank
  if (isMissing || (Array.isArray(value) && value.length === 0))
    return missingAdvice(claim, refusal)
  const expected = TIMES.has(claim)
    ? 'a number of seconds since 1970'
    : claim === 'aud'
      ? 'a text, or a list of texts'
      : 'a text'
  const found = `${typeName(value)}, ${quoted(value)}`
  return {
    cause: `The claim ${claim} is ${found}; it must be ${expected}.`,
    found,
    expected,
    ...signAnew(`Create one with ${expected} as ${claim}`, refusal),
  }
}

/** The claim that is missing or of a wrong type, as far as the token itself tells. */
export function suspectClaim(
  claims: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const value = (name: string) => ownMember(claims, name)
  const wrong = ['iss', 'sub', 'jti'].find(
    (name) => value(name) !== undefined && typeof value(name) !== 'string',
  )
  if (wrong !== undefined) return wrong
  const audience = value('aud')
  if (audience !== undefined && typeof audience !== 'string' && !isTextList(audience)) return 'aud'
  const time = [...TIMES].find((name) => {
    const at = value(name)
    return at !== undefined && (typeof at !== 'number' || !Number.isFinite(at))
  })
  if (time !== undefined) return time
  const subject = value('sub')
  return isNonBlank(subject) ? undefined : 'sub'
}
