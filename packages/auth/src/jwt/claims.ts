import { TokenError } from '../error.js'
import { placeText, readClaims, type ClaimMap } from '../claim/claim-map.js'
import { placeTextOf } from '../claim/claim-place.js'
import { hasRequired, type ClaimValue, type RequiredValue } from '../claim/required-value.js'
import { checkBinding as checkBindingOf, type DpopMode } from '../dpop/confirmation.js'
import type { TokenHeader } from '../jws/compact.js'
import { tenantOf, type TenantRule } from './tenant.js'
import { asList } from '../lib/as-list.js'
import { isTextList } from '../lib/text.js'

/** The claims of a token (RFC 7519 section 4). Registered claims have their type once verified. */
export interface Claims {
  readonly iss?: string | undefined
  readonly sub?: string | undefined
  readonly aud?: string | readonly string[] | undefined
  readonly exp?: number | undefined
  readonly nbf?: number | undefined
  readonly iat?: number | undefined
  readonly jti?: string | undefined
  readonly [name: string]: unknown
}

/** What a policy asks of the claims. Nothing is asked by default but what RFC 7519 says of their form. */
export interface ClaimRules {
  /** Accepted values of `iss`, compared exactly. An empty list accepts no token. Default: any, or none. */
  readonly issuer?: string | readonly string[] | undefined
  /**
   * Which tenants of the issuer are accepted. Each value of `issuer` then has the variable `{tenant}` once. Default: `issuer`
   * has no variable.
   */
  readonly tenant?: TenantRule | undefined
  /** `aud` must name one of these, compared exactly. An empty list accepts no token. Default: any, or none. */
  readonly audience?: string | readonly string[] | undefined
  /** The header's `typ`; case does not count, and `application/` may be left out. Default: any, or none. */
  readonly typ?: string | undefined
  /** Claims that must be there and be neither null nor empty. Default: none. */
  readonly requiredClaims?: readonly string[] | undefined
  /** Oldest token accepted, in seconds since its `iat`, which is then required. Default: any age. */
  readonly maxTokenAgeSeconds?: number | undefined
  /**
   * How far ahead of the clock `iat` may lie, in seconds: the tolerance, where that is more or the oldest age is said.
   * Default: any time.
   */
  readonly issuedAheadSeconds?: number | undefined
  /** How far the clocks of issuer and verifier may differ, in seconds. Default: 0. */
  readonly clockToleranceSeconds?: number | undefined
  /**
   * Where the claims say what, as `createClaimMap` makes it. With it a token must name a subject, as a text that is not
   * blank. Default: at the standard names, and the subject is not looked at.
   */
  readonly claimMap?: ClaimMap | undefined
  /** Clients that a token may have been issued to, compared exactly with what the map says. An empty list accepts no token. Default: any, or none. */
  readonly clients?: readonly string[] | undefined
  /** Claims that must have one of these values, compared exactly, or what must stand at places of them; own members only. Default: none. */
  readonly requiredValues?: RequiredValues | readonly RequiredValue[] | undefined
  /** Who may act for a subject (RFC 8693 section 4.1): names of current actors, compared exactly; `false` for nobody. Default: anybody. */
  readonly actors?: readonly string[] | 'any' | false | undefined
  /**
   * Whether a token must be bound to a key of its client by `cnf.jkt` (RFC 9449 section 6), and is refused where it is bound in any
   * way that cannot be checked. That its sender has the key is not looked at here. Default: `cnf` is not looked at.
   */
  readonly binding?: DpopMode | undefined
}

/** Claims with the values of which each must have one. */
export type RequiredValues = Readonly<Record<string, readonly ClaimValue[]>>

function ownClaim(claims: Claims, name: string): unknown {
  const value = claims[name]
  return value === undefined || Object.hasOwn(claims, name) ? value : undefined
}

function refuseClaim(claim: string, message: string): never {
  throw new TokenError('token_claim', message, { claim })
}

/** A NumericDate in seconds since 1970 (RFC 7519 section 2), or undefined where the claim is absent. */
function numericDate(claims: Claims, claim: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value = ownClaim(claims, claim)
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    refuseClaim(claim, `The claim ${claim} is not a number of seconds since 1970 (NumericDate).`)
  }
  return value
}

function checkStringClaim(claims: Claims, claim: string): void {
  const value = ownClaim(claims, claim)
  if (value !== undefined && typeof value !== 'string') {
    refuseClaim(claim, `The claim ${claim} is not a string.`)
  }
}

function audiences(claims: Claims): readonly string[] {
  const value = ownClaim(claims, 'aud')
  if (value === undefined) return []
  if (typeof value === 'string') return [value]
  if (isTextList(value)) return value
  return refuseClaim('aud', 'The claim aud is neither a string nor a list of strings.')
}

/** Refuses registered claims of a wrong type (RFC 7519 sections 4.1.1 to 4.1.7). */
export function checkClaimTypes(claims: Claims): void {
  checkStringClaim(claims, 'iss')
  checkStringClaim(claims, 'sub')
  checkStringClaim(claims, 'jti')
  audiences(claims)
  numericDate(claims, 'exp')
  numericDate(claims, 'nbf')
  numericDate(claims, 'iat')
}

/** Refuses a token at or after `exp`, which is exclusive (RFC 7519 section 4.1.4), or beyond its oldest age. */
export function checkExpiry(claims: Claims, rules: ClaimRules, nowSeconds: number): void {
  const tolerance = rules.clockToleranceSeconds ?? 0
  const expiry = numericDate(claims, 'exp')
  // Asked the other way round, a clock that gives no number would pass.
  if (expiry !== undefined && !(nowSeconds < expiry + tolerance)) {
    throw new TokenError('token_expired', 'The token has expired.', {
      claim: 'exp',
      expiredAt: expiry,
    })
  }
  if (rules.maxTokenAgeSeconds === undefined) return
  const issuedAt = numericDate(claims, 'iat')
  if (issuedAt === undefined)
    refuseClaim('iat', 'The claim iat is missing, so the age of the token is unknown.')
  const oldest = issuedAt + rules.maxTokenAgeSeconds
  if (!(nowSeconds <= oldest + tolerance)) {
    throw new TokenError('token_expired', 'The token is older than maxTokenAgeSeconds allows.', {
      claim: 'iat',
      expiredAt: oldest,
    })
  }
}

/** How far ahead of the clock `iat` may lie, in seconds. */
export function latestIssueAhead(rules: ClaimRules): number {
  const { maxTokenAgeSeconds, issuedAheadSeconds = Infinity, clockToleranceSeconds = 0 } = rules
  if (maxTokenAgeSeconds !== undefined) return clockToleranceSeconds
  return Math.max(issuedAheadSeconds, clockToleranceSeconds)
}

/**
 * Refuses a token before `nbf` (RFC 7519 section 4.1.5) or, where that counts, one issued in the future.
 * @param latestSeconds - the time by which `iat` lies in the future: a clock that is set back makes no token one of
 *   tomorrow. Default: now
 */
export function checkActive(
  claims: Claims,
  rules: ClaimRules,
  nowSeconds: number,
  latestSeconds: number = nowSeconds,
): void {
  const latestStart = nowSeconds + (rules.clockToleranceSeconds ?? 0)
  const notBefore = numericDate(claims, 'nbf')
  if (notBefore !== undefined && !(notBefore <= latestStart)) {
    throw new TokenError('token_not_active', 'The token is not active yet.', { claim: 'nbf' })
  }
  const issuedAt = numericDate(claims, 'iat')
  if (issuedAt !== undefined && !(issuedAt <= latestSeconds + latestIssueAhead(rules))) {
    throw new TokenError('token_not_active', 'The token was issued in the future.', {
      claim: 'iat',
    })
  }
}

/** Refuses a token of another tenant than are accepted, or whose claims name another than `iss` does. */
function checkTenant(claims: Claims, rules: ClaimRules, { claim }: TenantRule): void {
  const tenant = tenantOf(ownClaim(claims, 'iss'), rules)
  if (tenant === undefined) {
    throw new TokenError('token_issuer', 'The token is not from a tenant of this policy.', {
      claim: 'iss',
    })
  }
  if (ownClaim(claims, claim) !== tenant) {
    refuseClaim(claim, `The claim ${claim} is not the tenant that iss names.`)
  }
}

/** Refuses a token of another issuer (RFC 7519 section 4.1.1), or of another tenant of it. */
export function checkIssuer(claims: Claims, rules: ClaimRules): void {
  if (rules.tenant !== undefined) {
    checkTenant(claims, rules, rules.tenant)
    return
  }
  if (rules.issuer === undefined) return
  const issuer = ownClaim(claims, 'iss')
  if (issuer === rules.issuer) return
  if (typeof issuer !== 'string' || !asList(rules.issuer).includes(issuer)) {
    throw new TokenError('token_issuer', 'The token is not from an issuer of this policy.', {
      claim: 'iss',
    })
  }
}

/** Refuses a token for another audience (RFC 7519 section 4.1.3). */
export function checkAudience(claims: Claims, rules: ClaimRules): void {
  if (rules.audience === undefined) return
  if (ownClaim(claims, 'aud') === rules.audience) return
  const accepted = asList(rules.audience)
  if (!audiences(claims).some((audience) => accepted.includes(audience))) {
    throw new TokenError('token_audience', 'The token is for another audience.', { claim: 'aud' })
  }
}

/** A media type as `typ` compares it: ASCII case does not count, and `application/` may be left out (RFC 7515 section 4.1.9). */
function mediaType(value: string): string {
  const lower = value.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return lower.includes('/') ? lower : `application/${lower}`
}

/** Refuses a token of another type, such as an ID token in place of an access token (RFC 8725 section 3.11). */
export function checkType(header: TokenHeader, rules: ClaimRules): void {
  if (rules.typ === undefined) return
  const type = Object.hasOwn(header, 'typ') ? header.typ : undefined
  if (typeof type !== 'string' || mediaType(type) !== mediaType(rules.typ)) {
    throw new TokenError('token_type', 'The token is of another type.')
  }
}

/** Refuses a token without a claim that the policy requires. Only own properties count, so `toString` is not a claim. */
export function checkRequired(claims: Claims, rules: ClaimRules): void {
  for (const claim of rules.requiredClaims ?? []) {
    const value = ownClaim(claims, claim)
    const isEmpty = value === '' || (Array.isArray(value) && value.length === 0)
    if (value === undefined || value === null || isEmpty) {
      refuseClaim(claim, `The claim ${claim} is missing.`)
    }
  }
}

/** Whether required values are a list with places, and not an object from claims to values. */
export function isRequiredList(
  required: RequiredValues | readonly RequiredValue[],
): required is readonly RequiredValue[] {
  return Array.isArray(required)
}

/** Refuses a token with another value of a claim than the policy requires, or without one. */
export function checkValues(claims: Claims, { requiredValues }: ClaimRules): void {
  if (requiredValues === undefined) return
  if (isRequiredList(requiredValues)) {
    const unmet = requiredValues.find((each) => !hasRequired(each, claims))
    if (unmet === undefined) return
    const place = placeTextOf(unmet.claim)
    refuseClaim(place, `The claim ${place} has another value than is required.`)
  }
  for (const [claim, values] of Object.entries(requiredValues)) {
    const value = ownClaim(claims, claim)
    const accepted: readonly unknown[] = values
    if (!accepted.includes(value)) {
      refuseClaim(claim, `The claim ${claim} has another value than is required.`)
    }
  }
}

/** Refuses a token that was issued to another client, or that does not say to which. */
export function checkClient(claims: Claims, rules: ClaimRules): void {
  if (rules.clients === undefined) return
  const { client } = readClaims(claims, rules.claimMap)
  if (client === undefined || !rules.clients.includes(client)) {
    refuseClaim(placeText('client', rules.claimMap), 'The token was issued to another client.')
  }
}

/** Refuses a token whose map finds no subject, or one that is not a text or is blank. */
export function checkSubject(claims: Claims, { claimMap }: ClaimRules): void {
  if (claimMap === undefined || claimMap.read(claims).subject !== undefined) return
  refuseClaim(
    claimMap.placeText('subject'),
    `The token has no subject (${claimMap.placeText('subject')}).`,
  )
}

/**
 * Refuses a token with an actor that the policy does not name. Earlier actors, in nested claims `act`, say who acted
 * before, and are not judged (RFC 8693 section 4.1).
 */
export function checkActor(claims: Claims, rules: ClaimRules): void {
  const { actors = 'any' } = rules
  if (actors === 'any') return
  const { isThere, current } = readClaims(claims, rules.claimMap).actors
  if (!isThere) return
  if (actors === false || current === undefined || !actors.includes(current)) {
    refuseClaim(placeText('actor', rules.claimMap), 'The token has an actor that may not act here.')
  }
}

/** Refuses a token that is bound in a way that cannot be checked, or not bound where it must be (RFC 9449 section 6). */
export function checkBinding(claims: Claims, { binding }: ClaimRules): void {
  checkBindingOf(claims, binding)
}
