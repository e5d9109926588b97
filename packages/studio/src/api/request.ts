import { createApi, type ApiRequest } from '@signet/client-js/internal'
import { getSession, headerRecord, serverUrl } from '../session/session.js'
import { renewingFetch } from './fetch.js'

/**
 * Sends a request to a route that the client has no method for, once, and reads its JSON. The shape of `Result` is not
 * checked.
 * @param headers - replace those of the session; the reader is then not asked for another token
 * @throws {MastraClientError}
 * @throws the reason of the signal
 */
export function requestJson<Result>(
  request: ApiRequest,
  headers?: Readonly<Record<string, string>>,
): Promise<Result> {
  const api = createApi({
    baseUrl: serverUrl(),
    apiPrefix: getSession().prefix,
    headers: headers ?? headerRecord(),
    fetch: headers ? undefined : renewingFetch,
    retries: 0,
  })
  return api.json<Result>(request)
}
