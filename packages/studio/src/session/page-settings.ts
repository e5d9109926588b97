import { trimSlashes } from '../text/trim-slashes.js'

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}

/** The nonce that the policy of the page requires for inserted styles; undefined without a policy. */
export const NONCE: string | undefined = meta('signet-nonce') || undefined

/** The path prefix of this server's API. */
export const PAGE_PREFIX: string = meta('signet-api-prefix') || '/api'

/** The base path of this server, such as `/tools/agent`; empty if it is at the root of its host. */
export const PAGE_BASE: string = trimSlashes(new URL('.', document.baseURI).pathname)

/** The URL of this server: the origin of the page and the base path. */
export const PAGE_SERVER: string = location.origin + PAGE_BASE
