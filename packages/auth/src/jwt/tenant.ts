import { ConfigurationError } from '../error.js'
import { asList } from '../lib/as-list.js'
import { isJsonObject, ownMember } from '../lib/object.js'
import { isNonBlank, isTextList } from '../lib/text.js'
import type { OptionNames } from '../option/closed-options.js'
import { readOptions } from '../option/read-options.js'
import { refuseUnknown } from '../option/options-error.js'

/** Which tenants of an issuer are accepted, where its name has the variable `{tenant}`. */
export interface TenantRule {
  /** The claim of a verified token that must be equal to what stands in `iss` in place of `{tenant}`, such as `tid`. */
  readonly claim: string
  /** The tenants, compared exactly, or `'any'`. */
  readonly allow: readonly string[] | 'any'
}

/** What rules say of the issuer. */
export interface IssuerRules {
  readonly issuer?: string | readonly string[] | undefined
  readonly tenant?: TenantRule | undefined
}

/** The names of an issuer, and the templates of names that cannot be listed. */
export interface IssuerNames {
  readonly plain: readonly string[]
  readonly templates: readonly string[]
}

const VARIABLE = '{tenant}'
/** What looks like a variable; no URL has a brace (RFC 3986 section 2). */
const ANY_VARIABLE = /\{[^{}]*\}/
/** A tenant that changes nothing but one segment of a URL. */
const TENANT = /^[A-Za-z0-9._-]+$/
/** Segments that a reader of URLs takes away (RFC 3986 section 5.2.4). */
const DOT_SEGMENTS: ReadonlySet<string> = new Set(['.', '..'])
const UNSAFE = /[^A-Za-z0-9._-]/g

const OPTIONS: OptionNames<TenantRule> = { claim: true, allow: true }

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

function isTenant(text: unknown): text is string {
  return typeof text === 'string' && TENANT.test(text) && !DOT_SEGMENTS.has(text)
}

function split(template: string): readonly [string, string] {
  const at = template.indexOf(VARIABLE)
  return [template.slice(0, at), template.slice(at + VARIABLE.length)]
}

/** What an issuer has in place of the variable of a template; undefined where it does not fit, or that is not a tenant. */
export function tenantIn(template: string, issuer: string): string | undefined {
  const [before, behind] = split(template)
  if (!issuer.startsWith(before) || !issuer.endsWith(behind)) return undefined
  const tenant = issuer.slice(before.length, issuer.length - behind.length)
  return isTenant(tenant) ? tenant : undefined
}

/**
 * Whether one issuer may fit two templates. It may also say so of some that no issuer fits, and never the other way
 * round: both must begin alike and end alike, and have the same characters that are not of a tenant.
 */
export function mayOverlap(one: string, other: string): boolean {
  const [[before, behind], [otherBefore, otherBehind]] = [split(one), split(other)]
  const beginAlike = before.startsWith(otherBefore) || otherBefore.startsWith(before)
  const endAlike = behind.endsWith(otherBehind) || otherBehind.endsWith(behind)
  const unsafe = (parts: readonly string[]) => parts.join('').match(UNSAFE)?.join('') ?? ''
  return beginAlike && endAlike && unsafe([before, behind]) === unsafe([otherBefore, otherBehind])
}

/** The names that rules accept as `iss`. The tenants of a list are filled in, each into each template. */
export function issuerNames({ issuer = [], tenant }: IssuerRules): IssuerNames {
  const names = asList(issuer)
  if (tenant === undefined) return { plain: names, templates: [] }
  const { allow } = tenant
  if (allow === 'any') return { plain: [], templates: names }
  // A function, because a replacement text gives `$` a meaning.
  return {
    plain: names.flatMap((name) => allow.map((each) => name.replace(VARIABLE, () => each))),
    templates: [],
  }
}

/** The tenant that `iss` names, of those that are allowed; undefined where it names none. */
export function tenantOf(issuer: unknown, rules: IssuerRules): string | undefined {
  if (typeof issuer !== 'string' || rules.tenant === undefined) return undefined
  const { allow } = rules.tenant
  for (const template of asList(rules.issuer ?? [])) {
    const tenant = tenantIn(template, issuer)
    if (tenant !== undefined && (allow === 'any' || allow.includes(tenant))) return tenant
  }
  return undefined
}

/** Whether claims are of an issuer that rules name, its tenant included. */
export function isOfIssuer(claims: object, rules: IssuerRules): boolean {
  const issuer = ownMember(claims, 'iss')
  if (rules.tenant !== undefined) {
    const tenant = tenantOf(issuer, rules)
    return tenant !== undefined && ownMember(claims, rules.tenant.claim) === tenant
  }
  return (
    rules.issuer === undefined ||
    (typeof issuer === 'string' && asList(rules.issuer).includes(issuer))
  )
}

function readAllow(allow: unknown): TenantRule['allow'] {
  if (allow === 'any') return allow
  if (!isTextList(allow) || allow.length === 0) {
    return refuse(
      "The option tenant.allow must be a list with at least one tenant, or 'any' for every tenant of the issuer.",
    )
  }
  // A copy, because a hole is not looked at.
  const list: readonly unknown[] = [...allow]
  const index = list.findIndex((each) => !isTenant(each))
  if (index >= 0) {
    refuse(
      `The option tenant.allow has ${JSON.stringify(list[index])}. Write each tenant as the claim has it, with the characters A-Z a-z 0-9 . _ and - alone.`,
    )
  }
  return Object.freeze([...allow])
}

function checkTemplate(name: string): void {
  const parts = name.split(VARIABLE)
  const [before = '', behind = ''] = parts
  if (parts.length !== 2 || ANY_VARIABLE.test(before + behind)) {
    refuse(
      `The option issuer is ${JSON.stringify(name)}. Beside the option tenant it must have the variable {tenant} exactly once, and no other, such as https://login.example/{tenant}/v2.0.`,
    )
  }
  if (before === '') {
    refuse(
      `The option issuer is ${JSON.stringify(name)}. It must begin with a text that is the same for every tenant, such as https://login.example/{tenant}.`,
    )
  }
}

/**
 * Reads the option `tenant`, and checks that the issuer beside it is a template, and that without it none is.
 * @throws {ConfigurationError} `option_invalid`; `option_unknown` for a member that does not exist
 */
export function readTenant(where: string, issuer: unknown, given: unknown): TenantRule | undefined {
  const names = isTextList(issuer) ? issuer : typeof issuer === 'string' ? [issuer] : []
  if (given === undefined) {
    const template = names.find((name) => ANY_VARIABLE.test(name))
    if (template === undefined) return undefined
    return refuse(
      `The option issuer is ${JSON.stringify(template)}, which has a variable. Add the option tenant, such as { claim: 'tid', allow: ['…'] }, or write the issuer as its tokens have it.`,
    )
  }
  if (!isJsonObject(given)) {
    return refuse(
      "The option tenant must be an object with claim and allow, such as { claim: 'tid', allow: ['…'] }.",
    )
  }
  const options = readOptions<Record<string, unknown>>(given)
  refuseUnknown(where, options, OPTIONS, 'tenant.')
  const { claim } = options
  if (!isNonBlank(claim)) {
    return refuse(
      'The option tenant.claim must be the name of the claim that names the tenant, such as tid.',
    )
  }
  const allow = readAllow(options['allow'])
  if (names.length === 0) {
    refuse(
      'The option tenant needs the option issuer with the variable {tenant}, such as https://login.example/{tenant}/v2.0.',
    )
  }
  for (const name of names) checkTemplate(name)
  return Object.freeze({ claim, allow })
}
