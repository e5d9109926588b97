import { isObject, ownMember } from '../lib/object.js'
import type { ProofRegister } from './proof-register.js'

/** What the server that stands before a provider knows of a request, and a proof is checked with. */
export interface ProofContext {
  /** The URL by which clients reach the server. Default: what the request says, with the scheme of its connection. */
  readonly publicUrl?: string | undefined
  /** Where proofs that were used are remembered. Default: in the memory of the provider. */
  readonly proofs?: ProofRegister | undefined
}

/**
 * A request as a server gives it to a provider, to find a proof in: an `AuthRequest`, a `Request`, or one in the form of
 * Hono or Express, as Mastra's server gives it.
 */
export interface ProofRequest {
  /** Default: the request itself. */
  readonly raw?: Request | undefined
  /** `Headers`, or an object with a member for each header, in lower case. */
  readonly headers?: object | undefined
  readonly header?: ((name: string) => string | undefined) | undefined
  readonly proof?: ProofContext | undefined
}

/** A header of a request; several of one name are parted by commas. @param name - in lower case */
export function headerOf(request: ProofRequest, name: string): string | undefined {
  if (typeof request.header === 'function') return request.header(name)
  const { headers } = request
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const value = ownMember(headers, name)
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : undefined
}

/** The method and the whole URL of a request; undefined where it does not say both. */
export function targetOf(
  request: ProofRequest,
): { readonly method: string; readonly url: string } | undefined {
  const raw: unknown = request.raw ?? request
  if (!isObject(raw)) return undefined
  const [method, url] = [Reflect.get(raw, 'method'), Reflect.get(raw, 'url')]
  return typeof method === 'string' && typeof url === 'string' ? { method, url } : undefined
}
