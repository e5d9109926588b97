import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp } from '../../app.js'
import { emptyRoutes } from './empty.js'

const app = createApp(createTestApplication().mastra)

/** What clients of Mastra ask for at start, and read. */
const ANSWERS: readonly (readonly [path: string, answer: unknown])[] = [
  ['/processors', {}],
  ['/scores/scorers', {}],
  ['/mcp/v0/servers', { servers: [], total_count: 0, next: null }],
  ['/logs/transports', { transports: [] }],
  ['/workspaces', { workspaces: [] }],
  ['/channels/platforms', []],
  ['/experiments/review-summary', { counts: [] }],
  [
    '/observability/feedback',
    { feedback: [], pagination: { total: 0, page: 0, perPage: 0, hasMore: false } },
  ],
  ['/editor/builder/settings', { enabled: false, modelPolicy: { active: false } }],
  ['/editor/builder/models/available', { providers: [] }],
]

describe('answers that are always empty', () => {
  it('are these', () => {
    expect(emptyRoutes.map(({ path }) => path)).toStrictEqual(ANSWERS.map(([path]) => path))
  })

  it.each(ANSWERS)(
    '%s is %j to anyone with a good token, whatever they ask',
    async (path, answer) => {
      for (const query of ['', '?requestContext=e30%3D', '?page=-1&perPage=x&__proto__=1']) {
        const response = await app.fetch(makeRequest(`/api${path}${query}`, { token: tokenWith() }))
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toBe('application/json')
        expect(await response.json()).toStrictEqual(answer)
      }
    },
  )

  it.each(ANSWERS)('%s is not for strangers', async (path) => {
    const refusal = await readRefusal(await app.fetch(makeRequest(`/api${path}`)))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it.each(ANSWERS)('%s cannot be written to', async (path) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await app.fetch(makeRequest(`/api${path}`, { method, token: tokenWith() }))
      // Mastra deletes feedback, say, or an experiment whose id is review-summary.
      const code = expect.stringMatching(/^not_(?:found|supported)$/)
      expect(await readRefusal(response)).toMatchObject({ status: 404, code })
    }
  })
})
