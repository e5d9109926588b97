import { fetchStanding, probe, type Identity } from '../../api/identity.js'
import { getSession, headerRecord, withToken } from '../../session/session.js'

/**
 * Asks the server whether it takes a token, without using it yet.
 * @returns whom the server takes the caller for; undefined where it does not say
 * @throws {MastraClientError} the refusal
 */
export async function tryToken(token: string): Promise<Identity | undefined> {
  const session = getSession()
  const headers = headerRecord({ ...session, headers: withToken(session.headers, token) })
  await probe(headers)
  return (await fetchStanding(headers)).identity
}
