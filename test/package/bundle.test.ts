import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundle } from '../../scripts/bundle.mjs'
import { FixtureCopies } from '@signet/test-support/process/fixture'

const MANIFEST = {
  exports: { '.': { default: './dist/index.js' }, './part': { default: './dist/part.js' } },
}

const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'src/index.ts': "export { part } from './part.js'",
  'src/part.ts': "export const part: string = 'new'",
  'dist/index.js': "export const part = 'old'",
  'dist/index.d.ts': 'export declare const part: string',
  'dist/old/chunk-ABCDEFGH.js': '',
}

describe('bundling', () => {
  const copies = new FixtureCopies()
  afterAll(() => copies.remove())

  /** Makes a package, with what is left of an earlier bundle. */
  function createPackage(changed: Readonly<Record<string, string>> = {}) {
    const folder = copies.makeFolder()
    for (const [path, text] of Object.entries({ ...FILES, ...changed })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const read = (path: string) => readFileSync(join(folder, path), 'utf8')
    return { folder, read }
  }

  it('puts the new files in the place of the old ones, and leaves the declarations', async () => {
    const { folder, read } = createPackage()
    bundle(folder, 'index.js')
    expect(await import(join(folder, 'dist', 'index.js'))).toMatchObject({ part: 'new' })
    expect(existsSync(join(folder, 'dist', 'old', 'chunk-ABCDEFGH.js'))).toBe(false)
    expect(read('dist/index.d.ts')).toBe(FILES['dist/index.d.ts'])
  })

  it('leaves the old files where the sources cannot be bundled', () => {
    const { folder, read } = createPackage({ 'src/part.ts': "export { gone } from './gone.js'" })
    expect(() => bundle(folder, 'index.js')).toThrow(/gone/)
    expect(read('dist/index.js')).toBe(FILES['dist/index.js'])
    expect(existsSync(join(folder, 'dist', 'old', 'chunk-ABCDEFGH.js'))).toBe(true)
  })

  it('is dated to its beginning, so that a source that is changed meanwhile is newer', () => {
    const { folder } = createPackage()
    bundle(folder, 'index.js')
    const timeOf = (path: string) => statSync(join(folder, path)).mtimeMs
    expect(timeOf('dist/index.js')).toBeLessThan(timeOf('dist/part.js'))
  })
})
