/** In ASCII, as a URL is written, and without what `URL` would take out of it or read as a slash (RFC 3986 section 2). */
const WHOLE_URL = /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i
const ENCODED = /%([0-9a-f]{2})/gi
/** Characters that mean the same encoded or not (RFC 3986 section 2.3). */
const UNRESERVED = /[A-Za-z0-9\-._~]/

function plain(_: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16))
  return UNRESERVED.test(character) ? character : `%${hex.toUpperCase()}`
}

/**
 * A URL in the one spelling by which two are compared, without query and fragment (RFC 9449 section 4.3, RFC 3986 sections 6.2.2
 * and 6.2.3); undefined for what is not a whole URL of http or https, and for one with a user.
 */
export function targetUrl(text: string): string | undefined {
  if (!WHOLE_URL.test(text) || !URL.canParse(text)) return undefined
  const { protocol, host, pathname, username, password } = new URL(text)
  if (username !== '' || password !== '') return undefined
  return `${protocol}//${host}${pathname.replace(ENCODED, plain)}`
}

/**
 * By which URLs a client may have sent a request.
 *
 * @param received - the URL of the request, as this server has it
 * @param publicUrl - by what URL clients reach the server, with or without a path that a proxy takes off; undefined where that is
 *   what the request says
 */
export function targetUrls(received: string, publicUrl: string | undefined): readonly string[] {
  if (publicUrl === undefined) return [targetUrl(received) ?? []].flat()
  const { origin, pathname } = new URL(publicUrl)
  const path = new URL(received).pathname
  const urls = [`${origin}${path}`, `${origin}${pathname.replace(/\/$/, '')}${path}`]
  return [...new Set(urls.flatMap((url) => targetUrl(url) ?? []))]
}
