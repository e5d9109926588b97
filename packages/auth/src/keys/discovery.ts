import { ConfigurationError } from '../error.js'
import { isJsonObject } from '../lib/object.js'
import { DEFAULT_LIMITS, fetchJson, readAddress, type FetchLimits } from './fetch-json.js'
import { KeyFaultError, shownAddress } from './key-fault.js'
import {
  createLocatedKeySet,
  type RemoteKeySet,
  type RemoteKeySetOptions,
} from './remote-key-set.js'

const WELL_KNOWN = '.well-known/openid-configuration'

/**
 * Where the metadata of an issuer is (OpenID Connect Discovery 1.0 section 4).
 * @throws {ConfigurationError} `option_invalid` for an issuer that is not an https URL (http on this machine)
 */
export function metadataUrl(issuer: string): URL {
  const base = readAddress(issuer)
  if (base.search !== '' || base.hash !== '') {
    throw new ConfigurationError(
      'option_invalid',
      'The option issuer must be a URL without a query and without a fragment.',
    )
  }
  return new URL(`${issuer.replace(/\/$/, '')}/${WELL_KNOWN}`)
}

/**
 * Fetches the metadata of an issuer, which names its key set.
 * @throws {Error} that says why there is none, without what was read
 */
export async function locateKeySet(issuer: string, limits: FetchLimits): Promise<URL> {
  const metadata = metadataUrl(issuer)
  const { value } = await fetchJson(metadata, limits)
  if (!isJsonObject(value) || value['issuer'] !== issuer) {
    const named = isJsonObject(value) ? value['issuer'] : undefined
    const whose =
      typeof named === 'string' && URL.canParse(named)
        ? shownAddress(new URL(named))
        : 'it does not name one'
    throw new KeyFaultError(
      'metadata_of_another',
      `The discovery metadata belongs to another issuer: ${whose}.`,
    )
  }
  if (typeof value['jwks_uri'] !== 'string') {
    throw new KeyFaultError(
      'metadata_incomplete',
      'The discovery metadata does not name a key set (jwks_uri).',
    )
  }
  const address = readAddress(value['jwks_uri'])
  // http on this machine is for whoever configures an issuer there, and not for an issuer elsewhere to name.
  if (address.protocol !== 'https:' && metadata.protocol === 'https:') {
    throw new KeyFaultError(
      'metadata_incomplete',
      'The discovery metadata names a key set (jwks_uri) whose address is not an https URL.',
    )
  }
  return address
}

/**
 * The keys of an issuer that is known by its URL alone: the metadata that it publishes names its key set.
 * The metadata's own `issuer` must be equal to it (section 4.3). Where keys cannot be fetched, they are
 * looked for anew.
 *
 * @throws {ConfigurationError} `option_invalid` for an issuer that is not an https URL (http on this machine)
 * @example
 * ```typescript
 * import { createVerifier, discoverKeySet } from '@signet/auth'
 *
 * const issuer = 'https://login.example'
 * export const verifier = createVerifier({
 *   keys: discoverKeySet(issuer),
 *   algorithms: ['RS256'],
 *   issuer,
 *   audience: 'my-agents',
 * })
 * ```
 */
export function discoverKeySet(issuer: string, options: RemoteKeySetOptions = {}): RemoteKeySet {
  // An issuer that is not an address is refused now, and not by the first token.
  metadataUrl(issuer)
  const { fetch = globalThis.fetch } = options
  const { timeoutMs = DEFAULT_LIMITS.timeoutMs, maxBytes = DEFAULT_LIMITS.maxBytes } = options
  return createLocatedKeySet(() => locateKeySet(issuer, { fetch, timeoutMs, maxBytes }), options)
}
