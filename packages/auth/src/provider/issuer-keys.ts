import { ConfigurationError } from '../error.js'
import {
  isAlgorithm,
  isHmacAlgorithm,
  PUBLIC_KEY_ALGORITHMS,
  type Algorithm,
} from '../jws/algorithm.js'
import { combineKeys } from '../keys/combined-keys.js'
import type { KeySource, SigningKey } from '../keys/key-source.js'
import { discoverKeySet } from '../keys/discovery.js'
import { ignoredWords } from '../keys/ignored-keys.js'
import { readKeySet, type IgnoredKey, type JwkSet, type KeySet } from '../keys/key-set.js'
import { combinedOrigin, keyOrigin, type KeyOrigin } from '../keys/origin.js'
import { publicKeys, type PublicKeyInput } from '../keys/public-keys.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { secretBytes, secretKeys, type Secret } from '../keys/secret.js'
import { measureSecret, type SecretMeasure } from '../keys/secret-measure.js'
import { isSampleSecret } from '../keys/secret-quality.js'
import type { OptionNames } from '../option/closed-options.js'
import { readOptions } from '../option/read-options.js'
import { checkOptions, refuseUndefined } from './option-checks.js'
import { asList } from '../lib/as-list.js'
import { shownValue } from '../lib/text.js'

/** Where keys come from: one of `secret`, `publicKey`, `jwks` and `jwksUri`. */
export interface KeySourceOptions {
  /** A shared secret, or several: the first signs, all verify. */
  readonly secret?: Secret | readonly Secret[] | undefined
  /** A public key, PEM (SPKI or PKCS#1) or JWK, or several that all verify. */
  readonly publicKey?: PublicKeyInput | readonly PublicKeyInput[] | undefined
  /** A key set (RFC 7517 section 5). */
  readonly jwks?: JwkSet | undefined
  /** The address of a key set: https, or http on this machine. */
  readonly jwksUri?: string | URL | undefined
  /** Algorithms accepted, of those that the keys fit. Default: all of them. */
  readonly algorithms?: readonly Algorithm[] | undefined
}

/** What goes into reading the options of an issuer beside themselves. */
export interface IssuerContext {
  readonly requireExpiry: boolean
  readonly isDevelopment: boolean
  readonly fetch: typeof globalThis.fetch | undefined
  readonly now: (() => number) | undefined
  /** Is told what the operator should know. */
  readonly notify: (notice: string) => void
}

export const KEY_OPTIONS = ['secret', 'publicKey', 'jwks', 'jwksUri'] as const
type KeyOption = (typeof KEY_OPTIONS)[number]

const SOURCE_OPTIONS: OptionNames<KeySourceOptions> = {
  secret: true,
  publicKey: true,
  jwks: true,
  jwksUri: true,
  algorithms: true,
}

/** What the options of an issuer say of its keys. */
interface KeyOptions extends KeySourceOptions {
  readonly keys?: readonly KeySourceOptions[] | undefined
  readonly issuer?: string | readonly string[] | false | undefined
}

/** A source of keys that has been read. */
export interface IssuerKeySource {
  readonly keys: KeySource
  /** Whether its keys are secrets. */
  readonly isSecret: boolean
  /** What it may serve; of a key set that is fetched, all that a public key can. */
  readonly algorithms: readonly Algorithm[]
  /** Where tokens can be made with its keys. */
  readonly signingKey?: SigningKey | undefined
  readonly origin: KeyOrigin
}

/** The keys of an issuer that have been read: one source, or several. */
export interface IssuerKeys {
  readonly keys: KeySource
  /** What its tokens may be signed with; undefined for all that the keys fit. */
  readonly algorithms: readonly Algorithm[] | undefined
  /** Whether all its keys are secrets. */
  readonly isSecret: boolean
  readonly signingKey: SigningKey | undefined
  readonly origin: KeyOrigin
  readonly sources: readonly IssuerKeySource[]
}

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

/** Tells which entries of a key set are left out. The address is told without its query, in which some have a credential. */
function ignoredTeller(notify: IssuerContext['notify']) {
  return (url: URL | undefined, ignored: readonly IgnoredKey[]): void => {
    const place = url === undefined ? '' : ` at ${url.origin}${url.pathname}`
    if (ignored.length === 0) {
      notify(
        `The key set${place} is empty, so every token of its issuer is refused. Have the issuer publish a signing key, or check the address.`,
      )
      return
    }
    const count = ignored.length === 1 ? 'an entry' : `${ignored.length} entries`
    notify(
      `The key set${place} has ${count} that cannot be used; the other keys are used. ${ignoredWords(ignored)}`,
    )
  }
}

/** Tells what somebody seems to have pasted along with a secret: it counts, and may not for the issuer. */
function tellSlips(secrets: readonly SecretMeasure[], notify: IssuerContext['notify']): void {
  for (const [index, { slip }] of secrets.entries()) {
    if (slip === undefined) continue
    const which = secrets.length === 1 ? 'The secret' : `Secret ${index + 1} of ${secrets.length}`
    notify(
      `${which} has ${slip}, which is part of it: a token that was signed without is refused. Remove it, unless the signer has the same.`,
    )
  }
}

function readSecret(secret: KeySourceOptions['secret'], { isDevelopment }: IssuerContext) {
  if (secret === undefined || secret === null) {
    throw new ConfigurationError(
      'secret_missing',
      'A secret is missing. Set MASTRA_JWT_SECRET, or the option secret. Make a good one with: npx signet secret',
    )
  }
  const isSample = asList<Secret>(secret).some((each) => isSampleSecret(secretBytes(each)))
  if (isSample && !isDevelopment) {
    throw new ConfigurationError(
      'secret_is_sample',
      'The secret is printed in public documentation, so anyone can sign with it. It is accepted only with NODE_ENV=development. Make a good one with: npx signet secret',
    )
  }
  return secret
}

function requireIssuer(options: KeyOptions): void {
  if (options.issuer !== undefined) return
  refuse(
    'The option issuer is missing. Name the issuer that the key set belongs to, or write issuer: false to accept any.',
  )
}

function discover(names: readonly string[] | undefined, context: IssuerContext): KeySource {
  const { fetch, now, notify } = context
  const onIgnored = ignoredTeller(notify)
  const [name, ...others] = names ?? []
  if (name === undefined || others.length > 0) {
    return refuse(
      'Without the options secret, publicKey, jwks and jwksUri, the option issuer must name one issuer. Its metadata names the keys.',
    )
  }
  return discoverKeySet(name, { fetch, now, onIgnored })
}

function isForPublicKeys(algorithm: Algorithm): boolean {
  return !isHmacAlgorithm(algorithm)
}

/**
 * A policy that can accept nothing is a mistake. What is not an algorithm at all is refused elsewhere.
 * @throws {ConfigurationError} `algorithm_unknown`
 */
function requireServed(
  algorithms: KeySourceOptions['algorithms'],
  isServed: (algorithm: Algorithm) => boolean,
): void {
  if (!Array.isArray(algorithms) || !algorithms.every(isAlgorithm)) return
  if (algorithms.some(isServed)) return
  throw new ConfigurationError(
    'algorithm_unknown',
    'The keys do not fit the option algorithms, so every token would be refused.',
  )
}

/** @throws {ConfigurationError} `key_set_invalid` for a set of which nothing can be used, as nothing is ever added to it */
function readStaticSet(jwks: JwkSet | undefined): KeySet {
  const set = readKeySet(jwks)
  if (set.size > 0) return set
  throw new ConfigurationError(
    'key_set_invalid',
    `The key set has no usable key. ${ignoredWords(set.ignored)}`.trim(),
  )
}

/** The algorithms of these that are asked for; all of them where nothing is. */
function asked(
  served: readonly Algorithm[],
  algorithms: KeySourceOptions['algorithms'],
): readonly Algorithm[] {
  return Array.isArray(algorithms)
    ? served.filter((algorithm) => algorithms.includes(algorithm))
    : served
}

/** @param names - the values of `iss`, of which the metadata of one names the keys where no option does */
function readSource(
  kind: KeyOption | undefined,
  options: KeyOptions,
  names: readonly string[] | undefined,
  context: IssuerContext,
): IssuerKeySource {
  const { publicKey, jwks, jwksUri, algorithms } = options
  const { fetch, now, notify } = context
  const onIgnored = ignoredTeller(notify)
  switch (kind) {
    case 'secret': {
      const secret = readSecret(options.secret, context)
      const keys = secretKeys(secret, { algorithms })
      const secrets = asList<Secret>(secret).map((each) => measureSecret(secretBytes(each)))
      tellSlips(secrets, notify)
      const origin = keyOrigin('secret', { count: secrets.length, secrets })
      const { signingKey } = keys
      return { keys, isSecret: true, algorithms: keys.algorithms, signingKey, origin }
    }
    case 'publicKey': {
      const count = asList<PublicKeyInput>(publicKey ?? []).length
      const keys = publicKeys(publicKey ?? [])
      requireServed(algorithms, (algorithm) => keys.algorithms.includes(algorithm))
      const origin = keyOrigin('public key', { count })
      return { keys, isSecret: false, algorithms: asked(keys.algorithms, algorithms), origin }
    }
    case 'jwks': {
      requireIssuer(options)
      const keys = readStaticSet(jwks)
      if (keys.ignored.length > 0) onIgnored(undefined, keys.ignored)
      requireServed(algorithms, (algorithm) => keys.algorithms.includes(algorithm))
      const origin = keyOrigin('key set', { count: keys.size, ignored: keys.ignored })
      return { keys, isSecret: false, algorithms: asked(keys.algorithms, algorithms), origin }
    }
    case 'jwksUri': {
      requireIssuer(options)
      requireServed(algorithms, isForPublicKeys)
      const keys = createRemoteKeySet(jwksUri ?? '', { fetch, now, onIgnored })
      const origin = keyOrigin('key set URL', { url: String(jwksUri) })
      return { keys, isSecret: false, algorithms: asked(PUBLIC_KEY_ALGORITHMS, algorithms), origin }
    }
    case undefined: {
      requireServed(algorithms, isForPublicKeys)
      const keys = discover(names, context)
      const origin = keyOrigin('discovery', { url: names?.[0] })
      return { keys, isSecret: false, algorithms: asked(PUBLIC_KEY_ALGORITHMS, algorithms), origin }
    }
  }
}

/** Whether a source of a kind can serve an algorithm at all. */
function isOfKind(kind: KeyOption, algorithm: Algorithm): boolean {
  return isHmacAlgorithm(algorithm) === (kind === 'secret')
}

/** @param path - the entry, such as `keys.0.` */
function checkEntryAlgorithms(algorithms: unknown, kind: KeyOption, path: string): void {
  if (algorithms === undefined) return
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    refuse(
      `The option ${path}algorithms must be a list with at least one algorithm, such as ["ES256"]. Leave it out for all that the keys fit.`,
    )
  }
  const names: readonly unknown[] = algorithms
  const unfit = [...names].find((name) => !isAlgorithm(name) || !isOfKind(kind, name))
  if (unfit === undefined && !names.includes(undefined)) return
  throw new ConfigurationError(
    'algorithm_unknown',
    `The option ${path}algorithms has ${shownValue(unfit)}, which ${kind} does not serve. Write ${kind === 'secret' ? 'HS256, HS384 or HS512' : 'an algorithm of public keys, such as ES256'}.`,
  )
}

/** An entry of the option `keys`, and of which kind it is. */
interface KeyEntry {
  readonly kind: KeyOption
  readonly options: KeySourceOptions
}

function readEntry(given: unknown, index: number): KeyEntry {
  const path = `keys.${index}.`
  if (Object(given) !== given || Array.isArray(given) || typeof given === 'function') {
    refuse(
      `The option keys.${index} must be an object with one of ${KEY_OPTIONS.join(', ')}, such as { jwksUri: 'https://…' }.`,
    )
  }
  const options = readOptions<KeySourceOptions>(given as KeySourceOptions)
  checkOptions('MastraJwtAuth', options, SOURCE_OPTIONS, path)
  refuseUndefined(options, [...KEY_OPTIONS, 'algorithms'], path)
  const [kind, ...others] = KEY_OPTIONS.filter((name) => name in options)
  if (kind === undefined || others.length > 0) {
    return refuse(
      `The option keys.${index} must have one of ${KEY_OPTIONS.join(', ')}, and has ${kind === undefined ? 'none' : [kind, ...others].join(' and ')}. Give each source an entry of its own.`,
    )
  }
  checkEntryAlgorithms(options.algorithms, kind, path)
  return { kind, options }
}

/** What an entry of `keys` may have. */
const REMEDIES: Readonly<Record<KeyOption, string>> = {
  secret: 'Write a secret of at least 32 bytes, or a list of them.',
  publicKey: 'Write a public key as PEM or JWK, or a list of them.',
  jwks: 'Write a key set as an object with the member keys (RFC 7517 section 5).',
  jwksUri: "Write the address of the key set, such as 'https://login.example.com/jwks'.",
}

/**
 * Reads the keys of an entry. Their own errors do not name the entry.
 * @throws {ConfigurationError} with the code that the error of the keys has
 */
function readEntryKeys(index: number, kind: KeyOption, read: () => IssuerKeySource) {
  try {
    return read()
  } catch (cause) {
    const isOfKeys = ConfigurationError.isInstance(cause) && cause.code !== 'algorithm_unknown'
    if (!isOfKeys) throw cause
    throw new ConfigurationError(
      cause.code,
      `The option keys.${index}.${kind} is refused. ${cause.message} ${REMEDIES[kind]}`,
      { cause },
    )
  }
}

/** Refuses sources of which two could be meant by one token. */
function refuseOverlap(entries: readonly KeyEntry[], sources: readonly IssuerKeySource[]): void {
  const taken = new Map<Algorithm, number>()
  for (const [index, { algorithms }] of sources.entries()) {
    for (const algorithm of new Set(algorithms)) {
      const other = taken.get(algorithm)
      if (other !== undefined) {
        refuse(
          `Two entries of the option keys serve ${algorithm}: keys.${other} (${entries[other]?.kind}) and keys.${index} (${entries[index]?.kind}). Give each its own algorithms, or write keys of one kind as a list in one entry.`,
        )
      }
      taken.set(algorithm, index)
    }
  }
}

function readSeveral(
  options: KeyOptions,
  names: readonly string[] | undefined,
  context: IssuerContext,
): IssuerKeys {
  const { keys: given, algorithms } = options
  const beside = KEY_OPTIONS.find((name) => name in options)
  if (beside !== undefined) {
    refuse(`The option ${beside} cannot stand beside keys. Write it as an entry of keys.`)
  }
  if (!Array.isArray(given) || given.length === 0) {
    return refuse(
      "The option keys must be a list with at least one source, such as [{ secret: … }, { jwksUri: 'https://…' }].",
    )
  }
  requireIssuer(options)
  const list: readonly unknown[] = given
  const entries = Array.from(list, readEntry)
  const sources = entries.map(({ kind, options: entry }, index) => {
    const source = {
      ...entry,
      issuer: options.issuer,
      algorithms: entry.algorithms === undefined ? algorithms : asked(entry.algorithms, algorithms),
    }
    return readEntryKeys(index, kind, () => readSource(kind, source, names, context))
  })
  refuseOverlap(entries, sources)
  return {
    keys: combineKeys(sources),
    algorithms: [...new Set(sources.flatMap((source) => source.algorithms))],
    isSecret: sources.every(({ isSecret }) => isSecret),
    signingKey: sources.find(({ signingKey }) => signingKey !== undefined)?.signingKey,
    origin: combinedOrigin(sources.map(({ origin }) => origin)),
    sources,
  }
}

/**
 * Reads where the keys of an issuer come from.
 * @param names - the values of `iss`; undefined for any
 * @throws {ConfigurationError} for keys that are missing, weak or of two kinds in one place
 */
export function readIssuerKeys(
  options: KeyOptions,
  names: readonly string[] | undefined,
  context: IssuerContext,
): IssuerKeys {
  if ('keys' in options) return readSeveral(options, names, context)
  const kinds = KEY_OPTIONS.filter((name) => options[name] !== undefined)
  if (kinds.length > 1) {
    refuse(
      `An issuer has keys of one kind, and this one has ${kinds.join(' and ')}. Give each an entry of its own in the option keys where one issuer has both, and in the option issuers where each is of another issuer.`,
    )
  }
  const kind = 'secret' in options ? 'secret' : kinds[0]
  const source = readSource(kind, options, names, context)
  const { keys, isSecret, signingKey, origin } = source
  return { keys, algorithms: options.algorithms, isSecret, signingKey, origin, sources: [source] }
}

/** The secret that signs for an issuer, as its options have it; undefined where it has none. */
export function signingSecretOf(options: KeyOptions): KeySourceOptions['secret'] {
  const { secret, keys } = options
  return secret ?? keys?.find((each) => each.secret !== undefined)?.secret
}
