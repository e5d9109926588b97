import { trimSlashes } from '../../text/trim-slashes.js'

/** The address of a server, as the reader entered it. */
export interface Connection {
  /** Empty for the server of the page. */
  readonly baseUrl: string
  readonly prefix: string
}

/** What is wrong with a base URL; undefined if it is valid. */
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

/** What is wrong with a prefix; undefined if it is valid. */
export function prefixProblem(text: string): string | undefined {
  const prefix = text.trim()
  if (prefix === '') return undefined
  return /^(?:\/[\w.~-]+)+$/.test(prefix) ? undefined : 'Write a path such as /api.'
}

/** The address to save. @param server - the server of the page, which is saved as an empty URL */
export function normalize({ baseUrl, prefix }: Connection, server: string): Connection {
  const url = trimSlashes(baseUrl.trim())
  return { baseUrl: url === server ? '' : url, prefix: prefix.trim() }
}

/** Whether a server has another origin than the page. Both servers must then allow the requests. */
export function isForeign(baseUrl: string, origin: string): boolean {
  return URL.canParse(baseUrl.trim()) && new URL(baseUrl.trim()).origin !== origin
}
