import { trimSlashes } from '../../text/trim-slashes.js'

/** Another server, as it was written. */
export interface Connection {
  /** Empty for the server of the page. */
  readonly baseUrl: string
  readonly prefix: string
}

/** What keeps a base URL from being used; undefined where nothing does. */
export function baseUrlProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined
  if (!URL.canParse(text.trim())) return 'Write a whole URL, such as https://api.example.'
  const { protocol, username, password, search, hash } = new URL(text.trim())
  if (protocol !== 'https:' && protocol !== 'http:')
    return 'It must begin with https:// or http://.'
  if (username !== '' || password !== '') return 'It must not contain a user name or a password.'
  if (search !== '' || hash !== '') return 'It must end with the path, without ? and #.'
  return undefined
}

/** What keeps a prefix from being used; undefined where nothing does. */
export function prefixProblem(text: string): string | undefined {
  const prefix = text.trim()
  if (prefix === '') return undefined
  return /^(?:\/[\w.~-]+)+$/.test(prefix) ? undefined : 'Write a path such as /api.'
}

/** What was written, as it is saved. @param server - that of the page, which needs no URL */
export function normalize({ baseUrl, prefix }: Connection, server: string): Connection {
  const url = trimSlashes(baseUrl.trim())
  return { baseUrl: url === server ? '' : url, prefix: prefix.trim() }
}

/** Whether a server is another than that of the page, so that both of them must agree to it. */
export function isForeign(baseUrl: string, origin: string): boolean {
  return URL.canParse(baseUrl.trim()) && new URL(baseUrl.trim()).origin !== origin
}
