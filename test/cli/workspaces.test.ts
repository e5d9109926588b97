import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import {
  linkPackage,
  loadTelling,
  tellingApplication,
  writeFiles,
  type Files,
} from '@signet/test-support/application/written-application'

const copies = new FixtureCopies()
afterEach(() => copies.remove())

const manifest = (name: string, rest: object = {}) =>
  JSON.stringify({ name, version: '1.0.0', type: 'module', ...rest })

/** A package of the workspace, whose sources are all it has; only it can see `only-here`. */
const QUEUE: Files = {
  'packages/queue/package.json': manifest('@repo/queue', {
    exports: {
      '.': { types: './src/index.ts', default: './src/index.ts' },
      './handlers/*': './src/handlers/*.ts',
      './view': { import: './src/view.tsx' },
      './module': './src/module.mts',
      './rates.json': './src/rates.json',
    },
    imports: { '#internal/*': './src/internal/*.ts', '#dep': 'only-here' },
  }),
  'packages/queue/tsconfig.json': JSON.stringify({
    compilerOptions: {
      jsx: 'react',
      jsxFactory: 'element',
      experimentalDecorators: true,
      paths: { '~shared/*': ['./src/shared/*'] },
    },
  }),
  'packages/queue/src/index.ts': `
    import secret from '#internal/secret'
    import { shared } from '~shared/text'
    import dep from '#dep'
    import { two } from './two.js'
    import rates from './rates.json'
    export enum Colour { red = 'red' }
    export const queue: readonly unknown[] = [secret, shared, dep, two, rates.rate, Colour.red]`,
  'packages/queue/src/two.ts': `export const two: number = 2`,
  'packages/queue/src/rates.json': `{ "rate": 0.5 }`,
  'packages/queue/src/internal/secret.ts': `export default 'secret' as string`,
  'packages/queue/src/shared/text.ts': `export const shared: string = 'shared'`,
  'packages/queue/src/handlers/message.ts': `export { handle } from './message.handler'`,
  'packages/queue/src/handlers/message.handler.ts': `export const handle: string = 'handled'`,
  'packages/queue/src/view.tsx': `
    const element = (name: string) => name
    const seal = (made: typeof Sealed) => Object.freeze(made)
    @seal class Sealed {}
    if (!Object.isFrozen(Sealed)) throw new Error('not decorated')
    export const view = <main />`,
  'packages/queue/src/module.mts': `export const kind: string = 'mts'`,
  'packages/queue/node_modules/only-here/package.json': JSON.stringify({
    name: 'only-here',
    version: '1.0.0',
    exports: { import: './module.mjs', require: './common.cjs' },
  }),
  'packages/queue/node_modules/only-here/module.mjs': `export default 'by import'`,
  'packages/queue/node_modules/only-here/common.cjs': `module.exports = 'by require'`,
}

/** Another one, by \`main\`, that needs the first. */
const OFFICE: Files = {
  'packages/office/package.json': JSON.stringify({
    name: 'office',
    version: '1.0.0',
    main: './main.ts',
    dependencies: { '@repo/queue': 'workspace:*' },
  }),
  'packages/office/main.ts': `
    import { handle } from '@repo/queue/handlers/message'
    export const office: string = 'office ' + handle`,
}

const IMPORTS = `
import { queue } from '@repo/queue'
import { handle } from '@repo/queue/handlers/message'
import { view } from '@repo/queue/view'
import { kind } from '@repo/queue/module'
import rates from '@repo/queue/rates.json'
import { office } from 'office'`
const VALUE = '[queue, handle, view, kind, rates.rate, office]'
const QUEUED = ['secret', 'shared', 'by import', 2, 0.5, 'red']
const EXPECTED = [QUEUED, 'handled', 'main', 'mts', 0.5, 'office handled']

/** Makes a workspace. @returns the folder of the whole and the one of the application */
function workspace(files: Files, manager: 'hoisting' | 'linking' = 'linking') {
  const root = copies.makeFolder()
  const app = join(root, 'apps', 'desk')
  writeFiles(root, {
    'package.json': JSON.stringify({ private: true, workspaces: ['apps/*', 'packages/*'] }),
    'apps/desk/package.json': manifest('desk'),
    ...QUEUE,
    ...OFFICE,
    ...files,
  })
  const queue = join(root, 'packages', 'queue')
  const office = join(root, 'packages', 'office')
  // npm and yarn link the packages at the root, pnpm where they are needed.
  for (const folder of manager === 'hoisting' ? [root] : [app, office]) {
    linkPackage(folder, '@repo/queue', queue)
  }
  linkPackage(manager === 'hoisting' ? root : app, 'office', office)
  return { root, app }
}

const application = (imports: string, value: string): Files => ({
  'apps/desk/src/mastra/index.ts': tellingApplication(imports, value),
})

describe('an application of a workspace', () => {
  it.each([
    ['npm and yarn', 'hoisting'],
    ['pnpm', 'linking'],
  ] as const)('imports the TypeScript of its packages, as %s link them', async (_, manager) => {
    const { app } = workspace(application(IMPORTS, VALUE), manager)
    const { code, value, stderr } = await loadTelling(app)
    expect(stderr).toContain('VALUE')
    expect({ code, value }).toEqual({ code: 0, value: EXPECTED })
  })

  it('imports a package that was copied into node_modules with its TypeScript', async () => {
    const { app } = workspace({
      ...application(`import { copied } from 'copied'`, 'copied'),
      'apps/desk/node_modules/copied/package.json': manifest('copied', { main: 'index.ts' }),
      'apps/desk/node_modules/copied/index.ts': `export const copied: string = 'copied'`,
    })
    expect(await loadTelling(app)).toMatchObject({ code: 0, value: 'copied' })
  })

  it('imports the source of a sibling by its path, with what only that one has', async () => {
    const { app } = workspace({
      ...application(
        `import { queue } from '../../../../packages/queue/src/index'
         import { dep } from '../../../../packages/queue/src/dep'`,
        '[...queue, dep]',
      ),
      'packages/queue/src/dep.ts': `
        import dep from 'only-here'
        const later = await import('only-here')
        export { dep }
        if (later.default !== dep) throw new Error('two copies')`,
    })
    const { code, value } = await loadTelling(app)
    expect({ code, value }).toEqual({ code: 0, value: [...QUEUED, 'by import'] })
  })

  it('has its own aliases, and one copy of what it shares with Signet', async () => {
    const { app } = workspace({
      ...application(
        `import { words } from '@/lib/words'
         import inner from '#inner'
         import { isCore } from '#core'`,
        '[words, inner, isCore]',
      ),
      'apps/desk/package.json': manifest('desk', {
        imports: { '#inner': './src/inner.ts', '#core': './src/core.mts' },
      }),
      'apps/desk/tsconfig.base.json': JSON.stringify({
        compilerOptions: { paths: { '@/*': ['./src/*'] } },
      }),
      'apps/desk/tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json' }),
      'apps/desk/src/lib/words.ts': `export const words: string = 'words'`,
      'apps/desk/src/inner.ts': `export default 'inner' as string`,
      'apps/desk/src/core.mts': `
        import { Agent } from '@signet/core/agent'
        import { Agent as Again } from '@repo/queue/handlers/agent'
        export const isCore: boolean = Agent === Again`,
      'packages/queue/src/handlers/agent.ts': `export { Agent } from '@signet/core/agent'`,
    })
    expect(await loadTelling(app)).toMatchObject({ code: 0, value: ['words', 'inner', true] })
  })
})

describe('an application of a workspace that imports what it cannot', () => {
  it.each([
    ['a package of which another one knows', `import dep from 'only-here'`, /only-here/],
    [
      'a part that is not exported',
      `import x from '@repo/queue/src/two'`,
      /@repo\/queue\/src\/two/,
    ],
    ['what a sibling has for itself', `import x from '#internal/secret'`, /#internal\/secret/],
    ['a file that is not there', `import x from '../../../../packages/queue/gone'`, /queue\/gone/],
    ['a name that a package does not have', `import { none } from 'office'`, /none/],
  ])('is told of %s, with the file and the line', async (_, line, name) => {
    const { app } = workspace(
      application(`${line}\nconsole.log(${/\w+(?= \}? ?from)/.exec(line)})`, '0'),
    )
    const { code, stderr } = await loadTelling(app)
    expect(code).toBe(1)
    expect(stderr).toMatch(name)
    expect(stderr).toContain('src/mastra/index.ts:1')
    expect(stderr).not.toContain('node:internal')
  })
})
