import { trimSlashes } from '../text/trim-slashes.js'

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}

/** What styles that are made here must bear, by the policy of the page; undefined without a policy. */
export const NONCE: string | undefined = meta('signet-nonce') || undefined

/** Where the API of this server begins. */
export const PAGE_PREFIX: string = meta('signet-api-prefix') || '/api'

/** The path that this server lies below, such as `/tools/agent`; empty where it has its host to itself. */
export const PAGE_BASE: string = trimSlashes(new URL('.', document.baseURI).pathname)

/** Where this server is: the origin of the page, and the path that it lies below. */
export const PAGE_SERVER: string = location.origin + PAGE_BASE
