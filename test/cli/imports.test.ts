import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { alias } from '@signet/test-support/process/alias'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { runSignet } from '@signet/test-support/process/signet-process'

const fixtures = new FixtureCopies()
const SECRET = 'a secret that is used by nothing but these tests'

afterEach(() => fixtures.remove())

/** An application of these files, in a folder of its own. */
function application(files: Readonly<Record<string, string>>): string {
  const directory = fixtures.makeFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

/** A package as it would lie there: nothing but what its `package.json` says. */
function install(directory: string, name: string, manifest: object): void {
  const path = join(directory, 'node_modules', name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }))
}

/** What `signet routes`, which loads the application, says on standard error. */
async function load(
  directory: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { code, stderr } = await runSignet(['routes'], {
    cwd: directory,
    env: { MASTRA_JWT_SECRET: SECRET },
  })
  return { code, said: stderr }
}

const SERVED = `
  import { Mastra } from '@signet/core'
  import { MastraJwtAuth } from '@signet/auth'
  export const mastra = new Mastra({ server: { auth: new MastraJwtAuth() } })
`

describe('an application that imports what Signet does not have', () => {
  it('is told every such import at once, with its file and what to do', async () => {
    const directory = application({
      'src/mastra/index.ts': `
        import { Mastra } from '@mastra/core/mastra'
        import { LibSQLStore } from '@mastra/libsql'
        import { flow } from './flow.js'
        export const mastra = new Mastra({ workflows: { flow }, storage: new LibSQLStore({}) })
      `,
      'src/mastra/flow.ts': `
        import { createVectorQueryTool } from '@mastra/core/vector'
        export const flow = createVectorQueryTool()
      `,
    })
    alias(directory, '@mastra/core')
    install(directory, '@mastra/libsql', {
      peerDependencies: { '@mastra/core': '>=1.0.0-0 <2.0.0-0' },
    })
    const { code, said } = await load(directory)
    expect(code).toBe(1)
    expect(said).toContain(
      'src/mastra/flow.ts imports @mastra/core/vector. Signet does not have vectors.',
    )
    expect(said).toContain('src/mastra/index.ts imports @mastra/libsql. Leave storage out:')
    expect(said).not.toContain('@mastra/core/mastra')
    expect(said).not.toContain('node:internal')
  })

  it('is told so under our own name, too', async () => {
    const directory = application({
      'src/mastra/index.ts': `import { createScorer } from '@signet/core/evals'\ncreateScorer()`,
    })
    const { code, said } = await load(directory)
    expect(code).toBe(1)
    expect(said).toContain(
      'src/mastra/index.ts imports @signet/core/evals. Signet does not run scorers.',
    )
  })

  it('is told of a package that is not installed, whose peer could not be found', async () => {
    const directory = application({
      'src/mastra/index.ts': `import { Memory } from '@mastra/memory'\nexport const memory = new Memory()`,
    })
    expect((await load(directory)).said).toContain('Import Memory from @signet/core/memory.')
  })

  it('is told of a name that a part does not have, without a stack of Node.js', async () => {
    const directory = application({
      'src/mastra/index.ts': `import { isVercelTool } from '@signet/core/tools'\nconsole.log(isVercelTool)`,
    })
    const { code, said } = await load(directory)
    expect(code).toBe(1)
    expect(said).toContain(
      'imports isVercelTool from @signet/core/tools, which does not export it.',
    )
    expect(said).not.toContain('SyntaxError')
  })

  it('is told of agents that are declared by their folders', async () => {
    const directory = application({
      'src/mastra/index.ts': SERVED,
      'src/mastra/agents/weather/config.ts': `export default { model: 'signet/rehearsal' }`,
      'src/mastra/agents/weather/instructions.md': 'Tell the weather.',
    })
    const { code, said } = await load(directory)
    expect(code).toBe(1)
    expect(said).toContain('src/mastra/agents/weather/config.ts declares an agent by its folder.')
  })
})

describe('an application that imports what Signet has', () => {
  it('loads under the names of Mastra, by aliases', async () => {
    const directory = application({
      'src/mastra/index.ts': `
        import { Mastra } from '@mastra/core/mastra'
        import { Agent } from '@mastra/core/agent'
        import { RequestContext } from '@mastra/core/di'
        import { MastraJwtAuth } from '@mastra/auth'
        import { describe } from './agents/weather/config.js'
        const agent = new Agent({ id: 'a', name: describe, instructions: '', model: 'signet/rehearsal' })
        export const mastra = new Mastra({ agents: { agent }, server: { auth: new MastraJwtAuth() } })
        export const context = new RequestContext()
      `,
      'src/mastra/agents/weather/config.ts': `export const describe = 'An agent'`,
    })
    alias(directory, '@mastra/core')
    alias(directory, '@mastra/auth')
    expect(await load(directory)).toMatchObject({ code: 0 })
  })

  it('may try a package while it runs, and have files that are called like others', async () => {
    const directory = application({
      'src/mastra/index.ts': `try { await import('@mastra/langfuse') } catch {}\n${SERVED}`,
      'src/mastra/agents/shared/config.ts': `export const place = 'Rome'`,
    })
    expect(await load(directory)).toMatchObject({ code: 0 })
  })

  it('may import packages of others that are made for Mastra where its runtime is installed', async () => {
    const directory = application({ 'src/mastra/index.ts': `import 'made-for-it'\n${SERVED}` })
    install(directory, 'made-for-it', {
      type: 'module',
      exports: './index.js',
      peerDependencies: { '@mastra/core': '*' },
    })
    writeFileSync(join(directory, 'node_modules', 'made-for-it', 'index.js'), '')
    expect(await load(directory)).toMatchObject({ code: 0 })
  })
})
