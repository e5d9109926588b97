import { StorageError } from '../../error.js'

const PROTOCOLS: ReadonlySet<string> = new Set(['postgres:', 'postgresql:', 'socket:'])

/** Reads an address as `pg` does: blanks and lone signs % stand for themselves, and `user@/name` has no host. */
function readAddress(address: string): URL | undefined {
  const isLoose = / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(address)
  const text = isLoose ? encodeURI(address).replace(/%25(\d\d)/g, '%$1') : address
  const withHost = text.replace('@/', '@host/')
  const readable = [text, withHost].find((each) => URL.canParse(each))
  return readable === undefined ? undefined : new URL(readable)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/**
 * Refuses what `pg` could not use, before it is asked: what it would say quotes the address, with its password.
 * @throws {StorageError} `address_invalid`
 */
export function checkAddress(address: string): void {
  const url = readAddress(address)
  if (url !== undefined && PROTOCOLS.has(url.protocol)) {
    const parts = [url.username, url.password, url.hostname, url.pathname]
    // A sign # in a password would end the address there.
    const isWhole = !url.hash.includes('@') && parts.every(isDecodable)
    if (isWhole && !url.hostname.includes(',')) return
  }
  throw new StorageError(
    'address_invalid',
    'The address of the database is not postgres://user:password@host:5432/name, with one host. In a password, signs such as / # ? @ are written %2F %23 %3F %40.',
  )
}
