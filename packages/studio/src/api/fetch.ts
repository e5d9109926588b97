import { askForToken } from '../session/renewal.js'
import { noteAnswer, noteNoAnswer } from './server-away.js'
import { getSession, headerRecord, type Session } from '../session/session.js'

/** The code of a refusal. The response can still be read afterwards. */
async function refusalCode(response: Response): Promise<string> {
  try {
    const body: { code?: unknown } = Object(await response.clone().json())
    return typeof body.code === 'string' ? body.code : ''
  } catch {
    return ''
  }
}

/** `fetch` that also notes whether the server answers. */
const notingFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init)
    noteAnswer(response)
    return response
  } catch (error) {
    if (init?.signal?.aborted !== true) noteNoAnswer()
    throw error
  }
}

function withSession(init: RequestInit, old: Session): RequestInit {
  const headers = new Headers(init.headers)
  for (const { name } of old.headers) headers.delete(name)
  for (const [name, value] of Object.entries(headerRecord())) headers.set(name, value)
  return { ...init, headers }
}

/**
 * `fetch` that asks the reader for another token where the server refuses the one in use, and sends the request once
 * more. A POST is not done twice by that: the server refuses a token before it reads the body. Only the Studio has this:
 * the `token` function of the client does not get the code and the method, and a session may have other headers.
 */
export const renewingFetch: typeof fetch = async (input, init = {}) => {
  const session = getSession()
  const response = await notingFetch(input, init)
  if (response.status !== 401) return response
  const code = await refusalCode(response)
  if (!code.startsWith('token_')) return response
  // Another request got a new token while this one was under way.
  if (getSession() !== session) return notingFetch(input, withSession(init, session))
  // Without a token nothing on the page can be lost: the sign-in screen asks.
  if (session.headers.length === 0) return response
  const isWanted = (init.method ?? 'GET') !== 'GET'
  if (!(await askForToken({ code }, isWanted))) return response
  return notingFetch(input, withSession(init, session))
}
