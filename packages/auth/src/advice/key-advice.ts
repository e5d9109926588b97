import { signAnew } from './anew.js'
import type { Advice, Refusal } from './advice.js'
import { signatureLengthAdvice } from './form-advice.js'
import { listed, quoted } from './quoted.js'
import { algorithmLike, HMAC_ALGORITHMS, isAlgorithm, isHmacAlgorithm } from '../jws/algorithm.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** The shortest secret of an algorithm, in bytes; undefined for one that needs a private key, and for what is not one. */
function secretBytesOf(name: string): number | undefined {
  return isAlgorithm(name) && isHmacAlgorithm(name)
    ? HMAC_ALGORITHMS[name].minimumKeyBytes
    : undefined
}

function joined(algorithms: readonly string[]): string {
  return algorithms.join(', ')
}

/** The algorithm that a new token is to be signed with. */
function wanted({ expectations }: Refusal): string {
  const algorithms = expectations?.algorithms ?? []
  return algorithms.includes('HS256') ? 'HS256' : (algorithms[0] ?? 'HS256')
}

function acceptedWords({ expectations }: Refusal): string {
  const { algorithms = [], keys } = expectations ?? {}
  const kind = keys === undefined ? 'keys' : keys.isSecret ? 'a secret' : 'public keys'
  return algorithms.length === 0 ? kind : `${kind} (${joined(algorithms)})`
}

/** Why the algorithm of a token is not taken. */
export function algorithmAdvice(refusal: Refusal): Advice {
  const { header } = readParts(refusal.token)
  const found = ownMember(header, 'alg')
  const { keys, algorithms = [] } = refusal.expectations ?? {}
  const common = {
    found: quoted(found),
    ...(algorithms.length > 0 && { expected: joined(algorithms) }),
  }
  const lead = `Sign it with ${wanted(refusal)}`
  if (typeof found !== 'string') {
    const cause =
      'Its header does not name an algorithm (alg), so this server cannot verify the signature.'
    return { cause, ...common, ...signAnew(lead, refusal) }
  }
  if (found.toLowerCase() === 'none') {
    const cause = `The token is not signed: its header says alg ${quoted(found)}. No option allows that.`
    return { cause, ...common, ...signAnew(lead, refusal) }
  }
  const secretBytes = secretBytesOf(found)
  const longest = Math.max(0, ...(keys?.secretBytes ?? []))
  if (
    secretBytes !== undefined &&
    keys?.isSecret === true &&
    longest > 0 &&
    longest < secretBytes
  ) {
    const cause = `${found} needs a secret of at least ${secretBytes} bytes; the secret of this server has ${longest}.`
    return {
      cause,
      found: `${longest} bytes`,
      expected: `${secretBytes} bytes`,
      ...signAnew(lead, refusal),
    }
  }
  if (secretBytes !== undefined && keys?.isSecret === false) {
    const cause = `The token says ${found}, which is for a shared secret; this server verifies with ${acceptedWords(refusal)}. A public key never serves as a secret.`
    return { cause, ...common, ...signAnew('Have it signed with the private key', refusal) }
  }
  if (isAlgorithm(found) && !isHmacAlgorithm(found) && keys?.isSecret === true) {
    const cause = `The token is signed with ${found}, which is for a private key; this server verifies with ${acceptedWords(refusal)}.`
    return { cause, ...common, ...signAnew(lead, refusal) }
  }
  const isSpelling = !isAlgorithm(found)
  const like = isSpelling ? algorithmLike(found) : undefined
  const meant = like === undefined ? '' : ` Did you mean ${like}?`
  const what = isSpelling
    ? `alg is ${quoted(found)}, which is not an algorithm that is known.${meant}`
    : `The algorithm ${found} is not accepted here.`
  const takes = algorithms.length === 0 ? '' : ` This server accepts ${joined(algorithms)}.`
  return { cause: what + takes, ...common, ...signAnew(lead, refusal) }
}

/** Why no key was found for a token. */
export function keyAdvice(refusal: Refusal): Advice {
  const { header } = readParts(refusal.token)
  const keyId = ownMember(header, 'kid')
  const { keys } = refusal.expectations ?? {}
  if (typeof keyId !== 'string') {
    return {
      cause: refusal.message ?? 'This server does not know the credential.',
      remedy: 'Send one that this server or its issuer made, and copy it whole.',
    }
  }
  const place = keys?.url === undefined ? '' : ` at ${shownUrl(keys.url)}`
  return {
    cause: `The token names the key ${quoted(keyId)} (kid), and this server has no such key${place}.`,
    found: quoted(keyId),
    ...signAnew(
      'The key may have been replaced: get a new token, or sign it with a key of this server',
      refusal,
    ),
  }
}

/** An address without its query, in which some have a credential. */
function shownUrl(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//')
}

/** Whose signature it should be. */
function expectedSigner({ expectations }: Refusal): string {
  const { keys } = expectations ?? {}
  if (keys?.variable !== undefined) return `${keys.variable} of .env or the environment`
  if (keys?.isSecret === true) return 'that of this server'
  return keys?.url === undefined ? 'those of this server' : `those at ${shownUrl(keys.url)}`
}

/** Why the signature of a token is not one of a key of the server. */
export function signatureAdvice(refusal: Refusal): Advice {
  const length = signatureLengthAdvice(refusal)
  if (length !== undefined) return length
  const { expectations } = refusal
  if (expectations === undefined) {
    return {
      cause: 'Signed with another secret or key than that of this server, or changed since.',
      ...signAnew('If the token is yours, sign it with the secret of this server', refusal),
    }
  }
  const { keys } = expectations
  const signer = expectedSigner(refusal)
  if (keys?.isSecret === false) {
    return {
      cause: `Signed with another private key than ${signer}, or changed since.`,
      expected: listed(expectations.issuers ?? ['the private key']),
      ...signAnew('Have it signed with a key that this server has', refusal),
    }
  }
  if (keys?.slip !== undefined) {
    return {
      cause: `Signed with another secret than ${signer}. The secret of this server has ${keys.slip}, and that is part of the secret.`,
      remedy: `Remove ${keys.slip} from the secret, unless the signer has the same.`,
    }
  }
  const made = keys?.signedWith === undefined ? '' : ` It was made with ${keys.signedWith}.`
  return {
    cause: `Signed with another secret than ${signer}, or changed since.${made}`,
    ...(keys?.signedWith !== undefined && { found: keys.signedWith }),
    expected: signer,
    ...signAnew('If the token is yours, sign it with that secret', refusal),
  }
}
