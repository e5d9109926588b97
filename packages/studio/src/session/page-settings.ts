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

/** Where an API begins. */
export interface ApiPlace {
  /** Without a slash at its end, such as `https://agents.example.com`. */
  readonly server: string
  /** Such as `/api`. */
  readonly prefix: string
}

function readAgentsApi(): ApiPlace | undefined {
  const path = meta('signet-agents-api')
  if (path === '') return undefined
  const { origin, pathname } = new URL(path, document.baseURI)
  const end = pathname.lastIndexOf('/')
  return { server: origin + pathname.slice(0, end), prefix: pathname.slice(end) }
}

/**
 * The API of the agents, where another server than that of this page has them: the application behind a proxy. Undefined
 * where this server has them itself.
 */
export const PAGE_AGENTS_API: ApiPlace | undefined = readAgentsApi()

/** Whether the page is that of a proxy: it does not have the agents, and thus not their pages. */
export const IS_OF_PROXY: boolean = PAGE_AGENTS_API !== undefined

/** The page that is shown first. */
export const HOME: { readonly path: '/agents' | '/access'; readonly name: string } = IS_OF_PROXY
  ? { path: '/access', name: 'Go to Access' }
  : { path: '/agents', name: 'Go to the agents' }
