import { randomBytes } from 'node:crypto'
import type { KeyProbe } from '../keys/probe.js'
import type { Introspection } from './options.js'
import { introspectionFaultOf, requestIntrospection } from './request.js'

/** Asks an endpoint once about a token that nobody has issued, and tells what came of it. Nothing is kept. */
export async function probeIntrospection(
  introspection: Introspection,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<KeyProbe> {
  const probed = {
    url: introspection.endpoint.href,
    kind: 'introspection',
    usableKeys: 0,
    ignored: [],
    clockAheadSeconds: undefined,
  } as const
  try {
    const token = randomBytes(32).toString('base64url')
    const { claims } = await requestIntrospection(token, introspection, fetch)
    if (claims === undefined) return { ...probed, problem: undefined, remedy: undefined }
    return {
      ...probed,
      problem: 'The endpoint says of a token that nobody has issued that it is active.',
      remedy:
        'Do not use this endpoint: it accepts every token. Check the option introspection.endpoint.',
    }
  } catch (error) {
    return { ...probed, ...introspectionFaultOf(error) }
  }
}
