import { writeFileSync } from 'node:fs'
import { signToken } from '../http/token.mjs'

export const AGENTS = { path: '/api/agents' }

/** Questions of a caller in turn, each in the next of some threads. */
export function questionsIn(threadIds, subject, file) {
  const bodies = threadIds.map((thread) =>
    JSON.stringify({ messages: 'Weather in London', memory: { thread } }),
  )
  writeFileSync(file, bodies.join('\n'))
  return {
    method: 'POST',
    path: '/api/agents/weatherAgent/generate',
    token: signToken({ sub: subject }),
    bodies: file,
    // Two questions of one thread wait for each other, which is not what is measured.
    connections: 1,
  }
}
