import { once } from 'node:events'
import { createServer } from 'node:http'
import { findPolicy } from '../../packages/proxy/src/policy/mastra-1.js'
import { readContract, sample, type Owner } from './client-contract.js'

/** An application that answers each route of the contract with a value of the type that the contract tells. */
export interface ShapedApplication {
  readonly url: string
  /** Whose everything is that it answers with from now on. A list has an entry of each owner. */
  answerOf(owner: Owner): void
  stop(): Promise<void>
}

/**
 * Serves an application that does nothing, on a free port of loopback.
 * @param owners - by the names with which the ids of their things begin. To a question of the proxy it answers whose a thing
 *   is by its id; what begins with another name exists for nobody
 */
export async function startShapedApplication(
  owners: Readonly<Record<string, Owner>>,
): Promise<ShapedApplication> {
  const routes = new Map(readContract().map((route) => [`${route.method} ${route.path}`, route]))
  const entries = Object.values(owners)
  let answered = entries[0]

  function answer(method: string, url: string, isQuestion: boolean): unknown {
    const path = url.split('?')[0] ?? ''
    const match = findPolicy(method, path)
    if (match.kind !== 'known') return undefined
    const { policy, params } = match
    const route = routes.get(`${policy.method} ${policy.path}`)
    if (route === undefined) return undefined
    const { threadId, conversationId, responseId, scheduleId } = params
    const id = threadId ?? conversationId ?? responseId ?? scheduleId
    const asked = owners[id?.split('-')[0] ?? '']
    if (isQuestion && id !== undefined && asked === undefined) return undefined
    return sample(route.response, {
      isWhole: true,
      entries,
      owner: isQuestion ? asked : answered,
      named: (name) => (name === 'conversation_id' ? id : undefined),
    })
  }

  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      // What it forwards, the proxy gives an id.
      const isQuestion = request.headers['x-request-id'] === undefined
      const value = answer(request.method ?? '', request.url ?? '', isQuestion)
      response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value ?? { error: 'Not found' }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    answerOf: (owner) => void (answered = owner),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
