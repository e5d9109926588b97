import { askForToken } from '../session/renewal.js'
import { noteAnswer, noteNoAnswer } from './server-away.js'
import { getSession, headerRecord, type Session } from '../session/session.js'

/** The code of a refused request, left readable for whoever reads it next. */
async function codeOf(response: Response): Promise<string> {
  try {
    const body: { code?: unknown } = Object(await response.clone().json())
    return typeof body.code === 'string' ? body.code : ''
  } catch {
    return ''
  }
}

/** `fetch`, which notes whether the server answers. */
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
 * `fetch`, but a token that has ended meanwhile is not an end: the reader is asked for another, and the
 * request is sent once more. That is not a repetition, also for a POST: the server refuses a token before
 * it reads the body.
 */
export const renewingFetch: typeof fetch = async (input, init = {}) => {
  const session = getSession()
  const response = await notingFetch(input, init)
  if (response.status !== 401) return response
  const code = await codeOf(response)
  if (!code.startsWith('token_')) return response
  // While this one was under way, another had its answer already.
  if (getSession() !== session) return notingFetch(input, withSession(init, session))
  // Nothing was lost where there was no token: that is for the locked screen.
  if (session.headers.length === 0) return response
  const isWanted = (init.method ?? 'GET') !== 'GET'
  if (!(await askForToken({ code }, isWanted))) return response
  return notingFetch(input, withSession(init, session))
}
