import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerApiRoute } from '@mastra/core/server'
import { runSignet } from '@signet/test-support/process/signet-process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MastraJwtAuth } from '../packages/auth/dist/index.js'
import { startOriginal, type OriginalOptions } from './support/original-server.js'

/** A finding of `signet doctor --json`. */
interface Finding {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly why?: string
  readonly remedy?: string
}

const SECRET = 'interop-secret-interop-secret-interop-secret'
/** No model is asked. */
const NO_MODEL = { url: 'http://127.0.0.1:1' }

const ends: (() => Promise<unknown>)[] = []
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-doctor-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** What `signet doctor` finds of an application of Mastra, by check. */
async function examine(
  options: OriginalOptions,
  auth?: MastraJwtAuth,
  flags: readonly string[] = [],
): Promise<(check: string) => readonly Finding[]> {
  const original = await startOriginal(auth, NO_MODEL, options)
  ends.push(() => original.stop())
  const { stdout } = await runSignet(['doctor', '--json', '--upstream', original.url, ...flags], {
    cwd: folder,
    env: { MASTRA_JWT_SECRET: SECRET, UPSTREAM_SECRET: SECRET },
  })
  const { findings }: { findings: readonly Finding[] } = JSON.parse(stdout)
  return (check) => findings.filter((finding) => finding.check === check)
}

describe('signet doctor and the OpenAPI document of Mastra', () => {
  it.each([{ isDev: true }, { openAPIDocs: true }])(
    'find that the policy of the proxy knows each route: %j',
    async (options) => {
      const of = await examine(options)
      expect(of('upstream-route')).toStrictEqual([])
      // Two lines of MCP are for each method; the document does not have them.
      expect(of('upstream')).toMatchObject([
        {
          level: 'ok',
          what: expect.stringMatching(
            /knows 414 of the 414 .* 2 of the 416 .*@mastra\/server 1\.69\.0/,
          ),
        },
      ])
    },
  )

  it('name a route of the application, and what opens it', async () => {
    const report = registerApiRoute('/report/:id', {
      method: 'POST',
      openapi: { summary: 'A report', responses: { 200: { description: 'It.' } } },
      handler: (context) => context.json({}),
    })
    const of = await examine({ isDev: true, apiRoutes: [report] })
    expect(of('upstream-route')).toMatchObject([
      {
        level: 'note',
        what: expect.stringContaining('POST /report/:id'),
        remedy: expect.stringContaining("{ method: 'POST', path: '/report/:id'"),
      },
    ])
  })

  it('are not there in production, and doctor says when', async () => {
    const of = await examine({})
    expect(of('upstream')).toMatchObject([
      { level: 'note', why: expect.stringContaining('openAPIDocs: true') },
    ])
  })

  it('need a token where the application verifies tokens', async () => {
    const auth = new MastraJwtAuth({ secret: SECRET })
    const refused = await examine({ isDev: true }, auth)
    expect(refused('upstream')).toMatchObject([
      { level: 'warning', remedy: expect.stringContaining('--upstream-secret') },
    ])
    const of = await examine({ isDev: true }, auth, ['--upstream-secret', 'UPSTREAM_SECRET'])
    expect(of('upstream')).toMatchObject([{ level: 'ok' }])
  })
})
