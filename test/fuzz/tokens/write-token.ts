import type { Algorithm } from '@signet/auth'
import { ALPHABET } from '@signet/test-support/token/token-arbitraries'
import type { Mutation, PartForm, Spelling, TokenPlan } from './cases.js'
import { secretKey, type RingKey } from './key-ring.js'

const DEPTH = 3000
const LARGE = 9000

function escapeFirst(text: string): string {
  return text.replace(/"(\w)/, (_, letter: string) => {
    return `"\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** The members of an object once more behind it, so that each name stands twice. */
function twice(text: string, again: string): string {
  return text === '{}' ? '{"a":1,"a":2}' : `${text.slice(0, -1)},${again.slice(1)}`
}

function withMember(text: string, member: string): string {
  return text === '{}' ? `{${member}}` : `${text.slice(0, -1)},${member}}`
}

/** JSON text of an object in another spelling, some of which are no JSON any more. */
function spell(text: string, spelling: Spelling): Buffer {
  switch (spelling) {
    case 'byte order mark':
      return Buffer.from(`\uFEFF${text}`)
    case 'blanks':
      return Buffer.from(` \n\t${text.replaceAll(',"', ' ,\r\n"')}\n`)
    case 'escaped':
      return Buffer.from(escapeFirst(text))
    case 'duplicate':
      return Buffer.from(twice(text, text))
    case 'escaped duplicate':
      return Buffer.from(twice(text, escapeFirst(text)))
    case 'rubbish behind':
      return Buffer.from(`${text}{}`)
    case 'bad UTF-8':
      return Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xC3"}', 'latin1')])
    case 'deep':
      return Buffer.from(withMember(text, `"deep":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`))
    case 'large':
      return Buffer.from(withMember(text, `"large":"${'x'.repeat(LARGE)}"`))
    case 'list':
      return Buffer.from(`[${text}]`)
    case 'huge number':
      return Buffer.from(withMember(text, '"exp":1e400'))
    case 'lone surrogate':
      return Buffer.from(withMember(text, '"lone":"\\ud800"'))
    case 'empty':
      return Buffer.alloc(0)
    default:
      return Buffer.from(text)
  }
}

/** The signer, or one that signs with what everybody may know of the signer's key. */
function impersonate(key: RingKey): RingKey {
  return secretKey(key.keyId, Buffer.from(key.pem || JSON.stringify(key.jwk)))
}

function chosen<Value>(list: readonly Value[], choice: number): Value | undefined {
  return list[choice % list.length]
}

function headerText(plan: TokenPlan, key: RingKey, algorithm: Algorithm | undefined): string {
  const own: Readonly<Record<string, unknown>> = { alg: algorithm, kid: key.keyId, jwk: key.jwk }
  const members = Object.entries(plan.header).map(([name, value]) => [
    name,
    value === 'own' ? own[name] : value,
  ])
  return JSON.stringify(Object.fromEntries(members))
}

/** Base64url whose unused last bits are not zero: the same bytes to a lax reader (RFC 4648 section 3.5). */
function withTrailingBits(part: string): string {
  const last = ALPHABET.indexOf(part.slice(-1))
  return part.slice(0, -1) + (ALPHABET[(last + 1) % ALPHABET.length] ?? '')
}

function otherForm(part: string, form: Exclude<PartForm, 'missing' | 'one more'>): string {
  switch (form) {
    case 'padded':
      return `${part}=`
    case 'other alphabet':
      return part.replaceAll('-', '+').replaceAll('_', '/')
    case 'trailing bits':
      return withTrailingBits(part)
    case 'empty':
      return ''
    case 'zeroes':
      return 'A'.repeat(part.length)
    case 'half':
      return part.slice(0, part.length / 2)
    case 'twice':
      return part + part
    default:
      return ` ${part}\n`
  }
}

function changePart(parts: readonly string[], part: number, form: PartForm): readonly string[] {
  if (form === 'missing') return parts.toSpliced(part, 1)
  if (form === 'one more') return [...parts, parts[part] ?? '']
  return parts.with(part, otherForm(parts[part] ?? '', form))
}

function flip(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length === 0) return text
  const bit = at % (bytes.length * 8)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytes.toString('base64url')
}

/** The token after a mutation. @param other - another token, whose parts may be mixed in */
export function mutate(token: string, mutation: Mutation, other: string): string {
  const parts = token.split('.')
  switch (mutation.kind) {
    case 'splice': {
      const at = mutation.at % (token.length + 1)
      return token.slice(0, at) + mutation.text + token.slice(at + mutation.removed)
    }
    case 'flip':
      return parts.with(mutation.part, flip(parts[mutation.part] ?? '', mutation.at)).join('.')
    case 'part':
      return changePart(parts, mutation.part, mutation.form).join('.')
    case 'mix':
      return parts.with(mutation.part, other.split('.')[mutation.part] ?? '').join('.')
    default:
      return token
  }
}

/** The compact token of a plan, before its mutation. @param keys - those among which the signer is */
export function writeToken(plan: TokenPlan, keys: readonly RingKey[]): string {
  const own = chosen(keys, plan.key)
  if (own === undefined) throw new Error('Nobody is there to sign.')
  const key = plan.isPublicKeyAsSecret ? impersonate(own) : own
  const algorithm = chosen(key.algorithms, plan.algorithm) ?? 'HS256'
  const header = spell(headerText(plan, key, algorithm), plan.headerSpelling)
  const claims = spell(plan.claims, plan.claimsSpelling)
  const input = `${header.toString('base64url')}.${claims.toString('base64url')}`
  return `${input}.${key.sign(algorithm, input, plan.form).toString('base64url')}`
}
