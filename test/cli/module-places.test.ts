import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import {
  loadTelling,
  tellingApplication,
  writeFiles,
  type Files,
} from '@signet/test-support/application/written-application'

const copies = new FixtureCopies()
afterEach(() => copies.remove())

/** Makes an application, and loads it. */
async function load(imports: string, value: string, files: Files, type = 'module') {
  const directory = copies.makeFolder()
  writeFiles(directory, {
    'package.json': JSON.stringify({ private: true, type }),
    'src/mastra/index.ts': tellingApplication(imports, value),
    ...files,
  })
  return { directory, ...(await loadTelling(directory)) }
}

const BESIDE: Files = {
  'src/mastra/prompts/prompt.txt': 'beside',
  'src/mastra/prompts/x.json': '1',
}

describe('a module finds the file beside it', () => {
  it.each([
    ['import.meta.url', `new URL('./prompt.txt', import.meta.url)`],
    ['import.meta.dirname', `import.meta.dirname + '/prompt.txt'`],
    ['import.meta.filename', `join(dirname(import.meta.filename), 'prompt.txt')`],
    ['import.meta.resolve', `new URL(import.meta.resolve('./prompt.txt'))`],
    ['parts of import.meta', `(({ dirname: here }) => here + '/prompt.txt')(import.meta)`],
    ['__dirname', `__dirname + '/prompt.txt'`],
    ['__filename', `join(dirname(__filename), 'prompt.txt')`],
    ['require.resolve', `require.resolve('./prompt.txt')`],
  ])('by %s', async (_, place) => {
    const { code, value } = await load(`import { text } from './prompts/load'`, 'text()', {
      ...BESIDE,
      'src/mastra/prompts/load.ts': `#!/usr/bin/env node
        import { readFileSync } from 'node:fs'
        import { dirname, join } from 'node:path'
        export const text = (): string => readFileSync(${place}, 'utf8') + [join, dirname].length`,
    })
    expect({ code, value }).toEqual({ code: 0, value: 'beside2' })
  })

  it('by names of its own for these, and by a require of its own', async () => {
    const { directory, value } = await load(`import { all } from './prompts/load.js'`, 'all', {
      ...BESIDE,
      'src/mastra/prompts/load.js': `
        import { createRequire } from 'node:module'
        import { dirname } from 'node:path'
        import { fileURLToPath } from 'node:url'
        const __filename = fileURLToPath(import.meta.url)
        const __dirname = dirname(__filename)
        const require = createRequire(import.meta.url)
        export const all = [__dirname, require('./x.json'), require('node:path').sep === '' ]`,
    })
    expect(value).toEqual([join(directory, 'src', 'mastra', 'prompts'), 1, false])
  })

  it('and each its own, by one text', async () => {
    const here = `export const here: string = import.meta.url`
    const { directory, value } = await load(
      `import { here as one } from './a'\nimport { here as two } from '../b'`,
      '[one, two, import.meta.url]',
      { 'src/mastra/a.ts': here, 'src/b.ts': here },
    )
    const url = (path: string) => pathToFileURL(join(directory, 'src', path)).href
    expect(value).toEqual([url('mastra/a.ts'), url('b.ts'), url('mastra/index.ts')])
  })

  it('but not one that is not there', async () => {
    const { code, stderr, directory } = await load(`import './read'`, '0', {
      'src/mastra/read.ts': `import { readFileSync } from 'node:fs'
        readFileSync(new URL('./gone.txt', import.meta.url))`,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(join(directory, 'src', 'mastra', 'gone.txt'))
    expect(stderr).toMatch(/src\/mastra\/read\.ts:2:/)
  })
})

/** CommonJS that only Node.js itself loads as it was meant. */
const OLD = `
  'use strict'
  const path = require('path')
  const { readFileSync } = require('node:fs')
  const part = './' + 'part'
  module.exports = {
    sep: path.posix.sep,
    text: readFileSync(path.join(__dirname, 'prompts', 'prompt.txt'), 'utf8'),
    json: require('./prompts/x.json'),
    part: require(part),
    isMain: require.main === module,
    resolved: require.resolve('./part') === module.children[0].filename,
    zod: typeof require('zod').z.object,
  }`
const PART = `count = 1; count += 1; exports.count = count; exports.self = this === exports`

describe('a local CommonJS file', () => {
  const expected = {
    sep: '/',
    text: 'beside',
    json: 1,
    part: { count: 2, self: true },
    isMain: false,
    zod: 'function',
  }

  it.each([
    ['.cjs', 'module', 'old.cjs', 'part.js', { 'src/mastra/package.json': '{"type":"commonjs"}' }],
    ['.js in a package of CommonJS', 'commonjs', 'old.js', 'part.js', {}],
  ])(
    '%s has its own require, built-in modules and other files',
    async (_, type, file, part, more) => {
      const { stderr, ...loaded } = await load(
        `import old from './${file}'\nimport { sep } from './${file}'`,
        '{ ...old, sep }',
        { ...BESIDE, ...more, [`src/mastra/${file}`]: OLD, [`src/mastra/${part}`]: PART },
        type,
      )
      expect(stderr).toContain('VALUE')
      expect(loaded).toMatchObject({ code: 0, value: expected })
    },
  )

  it('may require TypeScript, which Node.js could not read', async () => {
    const { value } = await load(`import old from './old.cjs'`, 'old', {
      'src/mastra/old.cjs': `module.exports = [require('./config').port, require('os').EOL.length, __filename.endsWith('old.cjs')]`,
      'src/mastra/config.ts': `export const port: number = 1`,
    })
    expect(value).toEqual([1, 1, true])
  })

  it('is one module for all that require it, and for whoever imports it', async () => {
    const { value } = await load(
      `import one from './count.cjs'\nimport { again } from './again.cjs'`,
      '[one.next(), again.next(), (await import("./count.cjs")).default.next()]',
      {
        'src/mastra/count.cjs': `let count = 0; module.exports = { next: () => ++count }`,
        'src/mastra/again.cjs': `exports.again = require('./count.cjs')`,
      },
    )
    expect(value).toEqual([1, 2, 3])
  })

  it.each([
    ['a file', './gone'],
    ['a package', 'gone-package'],
  ])('is refused where it requires %s that is not there', async (_, name) => {
    const { code, stderr } = await load(`import './old.cjs'`, '0', {
      'src/mastra/old.cjs': `\nrequire('${name}')`,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(name)
    expect(stderr).toContain('src/mastra/old.cjs:2')
  })

  it('leaves native modules to Node.js', async () => {
    const { code, stderr, directory } = await load(`import './load'`, '0', {
      'src/mastra/load.ts': `import { createRequire } from 'node:module'
        createRequire(import.meta.url)('./addon.node')`,
      'src/mastra/addon.node': 'not one',
    })
    expect(code).toBe(1)
    expect(stderr).toContain(join(directory, 'src', 'mastra', 'addon.node'))
  })
})

describe('what is imported while the application runs', () => {
  it('is found by its path, also where a part of it is computed', async () => {
    const { value } = await load(
      `const load = async (name: string) => (await import(\`./tools/\${name}.ts\`)).name`,
      '[await load("a"), await load("b"), (await import("./tools/a")).name]',
      {
        'src/mastra/tools/a.ts': `export const name: string = 'a'`,
        'src/mastra/tools/b.ts': `export const name: string = 'b'`,
      },
    )
    expect(value).toEqual(['a', 'b', 'a'])
  })

  it('is refused where nothing is there', async () => {
    const { code, stderr } = await load(
      `const load = async (name: string) => (await import(\`./tools/\${name}.ts\`)).name`,
      'await load("c")',
      { 'src/mastra/tools/a.ts': `export const name: string = 'a'` },
    )
    expect(code).toBe(1)
    expect(stderr).toContain('./tools/c.ts')
  })
})
