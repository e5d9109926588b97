import { AuthError, ConfigurationError } from '../error.js'
import { StrictJsonError } from '../lib/strict-json.js'
import { codeOf } from '../lib/error-code.js'

/**
 * What keeps keys from being had:
 * - `name_unknown`, `connection_failed`, `certificate_refused`, `too_slow`: nothing answers that may be trusted
 * - `redirected`, `status`: the address does not answer itself, or with another status than 200
 * - `server_failed`: the issuer's server answers with a status from 500 on
 * - `html`, `not_json`, `too_large`: what answers is not a JSON document of an issuer
 * - `no_key_list`, `no_usable_key`: the JSON is not a key set, or none of its keys may be used
 * - `metadata_of_another`, `metadata_incomplete`: the discovery document is not that of the issuer, or names no key set
 * - `unknown`: anything else
 */
export type KeyFaultKind =
  | 'name_unknown'
  | 'connection_failed'
  | 'certificate_refused'
  | 'too_slow'
  | 'redirected'
  | 'status'
  | 'server_failed'
  | 'html'
  | 'not_json'
  | 'too_large'
  | 'no_key_list'
  | 'no_usable_key'
  | 'metadata_of_another'
  | 'metadata_incomplete'
  | 'unknown'

/** Why keys cannot be had, in whole sentences without anything that was read. */
export interface KeyFault {
  readonly kind: KeyFaultKind
  readonly problem: string
  /** What to do about it. */
  readonly remedy: string
}

const REMEDIES: Readonly<Record<KeyFaultKind, string>> = {
  name_unknown: 'Check the address for a typo, and check that this machine resolves names (DNS).',
  connection_failed: 'Check the address and its port, and check that this machine reaches it.',
  certificate_refused:
    'Have the issuer correct its certificate, or name its authority in NODE_EXTRA_CA_CERTS. Never switch verification off.',
  too_slow: 'Check the connection to the issuer, and what lies between, such as a proxy.',
  redirected:
    'If the address that the redirect names belongs to the issuer, configure that address. Redirects to another origin are not followed.',
  status: 'Check the path of the address. The issuer documents it, often as jwks_uri.',
  server_failed: 'The server of the issuer fails. Try later. If the failure lasts, ask the issuer.',
  html: 'Check the address: it serves a page for people, such as a sign-in or an error page. The issuer documents the address, often as jwks_uri.',
  not_json: 'Check the address. The issuer documents it, often as jwks_uri.',
  too_large: 'Check the address. A key set has a few kilobytes.',
  no_key_list:
    'Check the address. A key set is a JSON object with keys (RFC 7517 section 5). For discovery metadata, set the option issuer and leave jwksUri out.',
  no_usable_key:
    'Have the issuer publish a signing key: RSA of at least 2048 bits, or a key of an elliptic curve.',
  metadata_of_another:
    'Write the option issuer exactly as the metadata has it, with or without the slash at its end.',
  metadata_incomplete: 'Set the option jwksUri to the address of the key set.',
  unknown: 'Check the address, and check that this machine reaches it.',
}

/** An address without its query, which may hold a key. */
export function shownAddress({ origin, pathname }: URL): string {
  return origin + pathname
}

/** A document of an issuer that cannot be used, by its kind. */
export class KeyFaultError extends Error {
  override readonly name = 'KeyFaultError'
  readonly kind: KeyFaultKind

  constructor(kind: KeyFaultKind, message: string) {
    super(message)
    this.kind = kind
  }
}

const NAME_CODES = /^(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME)$/
const CERTIFICATE_CODES =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|^ERR_TLS|^EPROTO$|^ERR_SSL/

/** What `fetch` throws says why in its cause. */
function connectionFault(code: string): readonly [KeyFaultKind, string] {
  if (NAME_CODES.test(code))
    return ['name_unknown', `The name of its host cannot be resolved (${code}).`]
  if (CERTIFICATE_CODES.test(code)) {
    return ['certificate_refused', `The certificate of its host is not trusted (${code}).`]
  }
  return ['connection_failed', `The connection failed (${code}).`]
}

function classify(error: unknown): readonly [KeyFaultKind, string] {
  if (error instanceof KeyFaultError) return [error.kind, error.message]
  if (error instanceof StrictJsonError) return ['not_json', 'The document is not JSON.']
  if (ConfigurationError.isInstance(error) || AuthError.isInstance(error)) {
    return [error.code === 'key_set_invalid' ? 'no_key_list' : 'metadata_incomplete', error.message]
  }
  if (!(error instanceof Error)) return ['unknown', 'The fetch failed.']
  const code = codeOf(error.cause) ?? codeOf(error)
  if (code !== undefined) return connectionFault(code)
  if (error.cause instanceof Error) {
    return ['unknown', `The connection failed (${error.cause.message}).`]
  }
  return ['unknown', error.message.endsWith('.') ? error.message : `${error.message}.`]
}

/** Names why keys cannot be had. */
export function keyFaultOf(error: unknown): KeyFault {
  const [kind, problem] = classify(error)
  return { kind, problem, remedy: REMEDIES[kind] }
}
