import type { RequestError } from '../error/error.js'
import type { Incoming } from './incoming.js'

const URL_OF_NONE = 'http://localhost/'

/** What stands for a request that could not be read as HTTP, so that it is refused and recorded like others. */
export function unreadableIncoming(fault: RequestError): Incoming {
  return {
    fault,
    method: '',
    path: '',
    query: '',
    url: URL_OF_NONE,
    header: () => undefined,
    headers: new Headers(),
    raw: new Request(URL_OF_NONE),
    isClientGone: false,
    signal: new AbortController().signal,
    hasBody: false,
    readBody: async () => new Uint8Array(),
    body: null,
  }
}
