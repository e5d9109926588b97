import {
  PAGE_AGENTS_API,
  PAGE_BASE,
  PAGE_PREFIX,
  PAGE_SERVER,
  type ApiPlace,
} from './page-settings.js'
import { trimSlashes } from '../text/trim-slashes.js'

/** A header of every request. */
export interface Header {
  readonly name: string
  readonly value: string
}

/** The server that the Studio talks to, and the headers of its requests. */
export interface Session {
  /** Empty for the server of this page. */
  readonly baseUrl: string
  readonly prefix: string
  readonly headers: readonly Header[]
  /** Whether the browser keeps the headers after the tab is closed. */
  readonly isRemembered: boolean
}

/** The keys of the stored values, for each server of an origin. At most one of the two storages has the headers. */
const CONNECTION_KEY = `signet-studio.connection${PAGE_BASE}`
const HEADERS_KEY = `signet-studio.headers${PAGE_BASE}`

function readJson(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

function isHeader(value: unknown): value is Header {
  const { name, value: text }: Partial<Record<keyof Header, unknown>> = Object(value)
  return typeof name === 'string' && typeof text === 'string'
}

function readHeaders(storage: Storage): readonly Header[] {
  const value = readJson(storage, HEADERS_KEY)
  return Array.isArray(value) ? value.filter(isHeader) : []
}

function readSession(): Session {
  const stored: { baseUrl?: unknown; prefix?: unknown } = Object(
    readJson(localStorage, CONNECTION_KEY),
  )
  const remembered = readHeaders(localStorage)
  return {
    baseUrl: typeof stored.baseUrl === 'string' ? stored.baseUrl : '',
    prefix: typeof stored.prefix === 'string' ? stored.prefix : PAGE_PREFIX,
    headers: remembered.length > 0 ? remembered : readHeaders(sessionStorage),
    isRemembered: remembered.length > 0,
  }
}

const listeners = new Set<() => void>()
let current = readSession()

function change(next: Session): void {
  current = next
  for (const listener of listeners) listener()
}

/** The current session. It is the same object until something changes. */
export function getSession(): Session {
  return current
}

/** The URL of the server of a session, without a slash at its end. */
export function serverUrl({ baseUrl }: Pick<Session, 'baseUrl'> = current): string {
  return trimSlashes(baseUrl) || PAGE_SERVER
}

/** Where the API of the agents is. Another server than that of the page has them in its own API. */
export function agentsApi({ baseUrl, prefix }: Session = current): ApiPlace {
  const isAtHome = baseUrl === '' && prefix === PAGE_PREFIX
  if (isAtHome && PAGE_AGENTS_API !== undefined) return PAGE_AGENTS_API
  return { server: serverUrl({ baseUrl }), prefix }
}

/** Calls a listener at each change. @returns the function that unsubscribes it */
export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Replaces the headers, for this tab, or in this browser until they are removed. */
export function saveHeaders(headers: readonly Header[], isRemembered: boolean): void {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(HEADERS_KEY)
  if (headers.length > 0) {
    const storage = isRemembered ? localStorage : sessionStorage
    storage.setItem(HEADERS_KEY, JSON.stringify(headers))
  }
  change({ ...current, headers, isRemembered: isRemembered && headers.length > 0 })
}

/** Sets the server and the prefix of its API. */
export function saveConnection(baseUrl: string, prefix: string): void {
  if (baseUrl === '' && prefix === PAGE_PREFIX) localStorage.removeItem(CONNECTION_KEY)
  else localStorage.setItem(CONNECTION_KEY, JSON.stringify({ baseUrl, prefix }))
  change({ ...current, baseUrl, prefix })
}

function isAuthorization({ name }: Header): boolean {
  return name.toLowerCase() === 'authorization'
}

/** Sets the `Authorization` among headers to this token. */
export function withToken(headers: readonly Header[], token: string): readonly Header[] {
  const rest = headers.filter((header) => !isAuthorization(header))
  return [{ name: 'Authorization', value: `Bearer ${token}` }, ...rest]
}

/** Signs in with a token. By default it is stored where the headers were. */
export function adoptToken(token: string, isRemembered: boolean = current.isRemembered) {
  saveHeaders(withToken(current.headers, token), isRemembered)
}

/** The bearer token of a session, if it has one. */
export function currentToken(session: Session = current): string | undefined {
  const header = session.headers.find(isAuthorization)
  return /^Bearer +(\S+)$/i.exec(header?.value.trim() ?? '')?.[1]
}

/** The headers by their names, as requests take them. */
export function headerRecord(session: Session = current): Readonly<Record<string, string>> {
  return Object.fromEntries(session.headers.map(({ name, value }) => [name, value]))
}
