import { fetchStanding, probe, type Identity } from '../../api/identity.js'
import { getSession, headerRecord, withToken } from '../../session/session.js'

/**
 * Asks the server whether it accepts a token. The session does not change.
 * @returns the identity that the server sees; undefined where it does not tell
 * @throws {MastraClientError} the refusal
 */
export async function tryToken(token: string): Promise<Identity | undefined> {
  const session = getSession()
  const headers = headerRecord({ ...session, headers: withToken(session.headers, token) })
  await probe(headers)
  return (await fetchStanding(headers)).identity
}
