import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { EXAMPLES } from './support/workflow-examples.js'

type Examples = typeof EXAMPLES

const CORE = join(import.meta.dirname, '..', 'packages', 'core')
const SOURCE = join(import.meta.dirname, 'support', 'workflow-examples.ts')

let model: ModelServer
let folder: string
let ours: Examples

/** The same file with our package in the place of Mastra's, as an alias of npm puts it there. */
async function loadUnderAlias(): Promise<Examples> {
  const outfile = join(folder, 'examples.mjs')
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    plugins: [
      {
        name: 'alias',
        setup({ onResolve }) {
          onResolve({ filter: /^@mastra\/core/ }, ({ path }) => ({
            path: import.meta.resolve(
              path.replace('@mastra/core', '@signet/core'),
              pathToFileURL(CORE).href,
            ),
            external: true,
          }))
        },
      },
    ],
  })
  const loaded = (await import(pathToFileURL(outfile).href)) as { readonly EXAMPLES: Examples }
  return loaded.EXAMPLES
}

describe('a workflow that is written for Mastra', () => {
  beforeAll(async () => {
    model = await startModelServer()
    folder = await mkdtemp(join(import.meta.dirname, 'node_modules', '.workflow-examples-'))
    ours = await loadUnderAlias()
  })

  afterAll(async () => {
    await model.stop()
    await rm(folder, { recursive: true, force: true })
  })

  beforeEach(() => model.answerWith({ kind: 'text', pieces: ['Take ', 'a hat.'] }))

  it.each(Object.keys(EXAMPLES))(
    'comes to the same end, unchanged, on Signet: %s',
    async (name) => {
      const expected = await EXAMPLES[name]?.(model.url)
      expect(expected?.[0]).toHaveProperty('status')
      expect(await ours[name]?.(model.url)).toEqual(expected)
    },
  )
})
