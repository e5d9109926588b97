import { ConfigurationError } from '../error.js'
import { isJsonObject } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'
import { readAddress } from '../keys/fetch-json.js'
import { privateKey, type PrivateKeyInput } from '../keys/private-key.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import {
  authenticateByKey,
  authenticateBySecret,
  type ClientAuthentication,
} from './client-authentication.js'

/** How opaque tokens of an issuer are introspected (RFC 7662). Either `clientSecret` or `privateKey` is needed. */
export interface IntrospectionOptions {
  /** The introspection endpoint of the issuer: https, or http on this machine. */
  readonly endpoint: string | URL
  /** The client as which this server asks. */
  readonly clientId: string
  /** Its secret, sent as HTTP Basic (RFC 6749 section 2.3.1). */
  readonly clientSecret?: string | undefined
  /**
   * Its private key, which signs a JWT for each request (`private_key_jwt`, RFC 7523 section 2.2). The `kid` and `alg` of a JWK are those
   * of the JWT.
   */
  readonly privateKey?: PrivateKeyInput | undefined
}

/** Options that have been read. */
export interface Introspection {
  readonly endpoint: URL
  /** The name of the issuer, which is that of all its opaque tokens. */
  readonly issuer: string
  readonly method: 'client_secret_basic' | 'private_key_jwt'
  readonly authenticate: ClientAuthentication
}

/** What goes into reading the options beside themselves. */
export interface IntrospectionContext {
  /** The names of the issuer; undefined for any. */
  readonly names: readonly string[] | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now: (() => number) | undefined
}

const OPTIONS: OptionNames<IntrospectionOptions> = {
  endpoint: true,
  clientId: true,
  clientSecret: true,
  privateKey: true,
}

const PATH = 'introspection.'

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

function readEndpoint(endpoint: unknown): URL {
  try {
    // A list of one address would be read as that address.
    return readAddress(typeof endpoint === 'string' || endpoint instanceof URL ? endpoint : '')
  } catch (cause) {
    throw new ConfigurationError(
      'option_invalid',
      'The option introspection.endpoint must be an https URL without credentials. http is allowed for this machine only. The metadata of the issuer names it as introspection_endpoint.',
      { cause },
    )
  }
}

/** The key errors of this package name neither the option nor what else can be written. */
function readKey(input: PrivateKeyInput): ReturnType<typeof privateKey> {
  try {
    return privateKey(input)
  } catch (cause) {
    const why = ConfigurationError.isInstance(cause) ? cause : undefined
    throw new ConfigurationError(
      why?.code ?? 'key_invalid',
      `The option introspection.privateKey is refused. ${why?.message ?? 'It is not a private key.'} Give it a private key as PEM or JWK.`,
      { cause },
    )
  }
}

/** What a template of names has, and no URL (RFC 3986 section 2). */
const BRACE = /[{}]/

/** The one name that all tokens have: the response may leave it out, and then nothing else would tell whose they are. */
function readName(names: readonly string[] | undefined): string {
  const [name, ...others] = names ?? []
  if (!isNonBlank(name) || others.length > 0 || BRACE.test(name)) {
    refuse(
      'The option introspection needs the option issuer with one name that has no variable, because an introspection response may leave iss out. Write the name of the issuer that has the endpoint.',
    )
  }
  return name
}

/** @throws {ConfigurationError} `option_invalid`, `option_unknown`, or what `privateKey` throws */
export function readIntrospection(given: unknown, context: IntrospectionContext): Introspection {
  if (!isJsonObject(given)) {
    refuse(
      'The option introspection must be an object with endpoint, clientId, and clientSecret or privateKey.',
    )
  }
  const options = readOptions(given as Partial<IntrospectionOptions>)
  refuseUnknown('MastraJwtAuth', options, OPTIONS, PATH)
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) continue
    refuse(`The option ${PATH}${name} is undefined. Give it a value, or leave it out.`)
  }
  const { clientId, clientSecret, privateKey: key } = options
  const issuer = readName(context.names)
  const endpoint = readEndpoint(options.endpoint)
  if (!isNonBlank(clientId)) {
    refuse(
      'The option introspection.clientId must be a text that is not blank. Write the client that the issuer knows this server by.',
    )
  }
  if ((clientSecret === undefined) === (key === undefined)) {
    refuse(
      'The option introspection needs either clientSecret or privateKey, and not both. Write the one that the issuer has given this server.',
    )
  }
  if (key !== undefined) {
    const signing = readKey(key)
    const facts = { clientId, issuer, now: context.now }
    const authenticate = authenticateByKey(signing, facts)
    return { endpoint, issuer, method: 'private_key_jwt', authenticate }
  }
  if (!isNonBlank(clientSecret)) {
    refuse(
      'The option introspection.clientSecret must be a text that is not blank. Write the secret that the issuer has given this server.',
    )
  }
  const authenticate = authenticateBySecret(clientId, clientSecret)
  return { endpoint, issuer, method: 'client_secret_basic', authenticate }
}
