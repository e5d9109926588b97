import { MastraClient } from '@signet/client-js'
import { renewingFetch } from './fetch.js'
import { headerRecord } from '../session/session.js'

/** A client that is always the session's: it asks for the headers at each request. */
export function createClient(baseUrl: string, apiPrefix: string): MastraClient {
  return new MastraClient({
    baseUrl,
    apiPrefix,
    headers: () => headerRecord(),
    fetch: renewingFetch,
  })
}
