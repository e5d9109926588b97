import { MastraClient } from '@signet/client-js'
import { renewingFetch } from './fetch.js'
import { headerRecord } from '../session/session.js'

/** Creates a client that reads the headers of the session for each request. */
export function createClient(baseUrl: string, apiPrefix: string): MastraClient {
  return new MastraClient({
    baseUrl,
    apiPrefix,
    headers: () => headerRecord(),
    fetch: renewingFetch,
  })
}
