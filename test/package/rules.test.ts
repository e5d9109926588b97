import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findContentFaults } from '../../scripts/package/contents.mjs'
import { findManifestFaults } from '../../scripts/package/manifest.mjs'
import { removeStaleOutput } from '../../scripts/stale.mjs'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

/** What is put together here stands in no file of the project. */
const PIECES = {
  token: ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJhbGljZSJ9', 'c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'].join(
    '.',
  ),
  pem: ['-----BEGIN', 'PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA'].join(' '),
  jwk: `{ "kty": "OKP", "d": "${'x'.repeat(43)}" }`,
  apiKey: `sgn_${'x'.repeat(49)}`,
  registryKey: `npm_${'x'.repeat(36)}`,
  home: ['', 'home', 'alice', 'signet'].join('/'),
  windows: ['C:', 'Users', 'alice'].join('\\'),
}

const MANIFEST = {
  dependencies: { there: '1.0.0' },
  peerDependencies: { '@scope/there': '^1.0.0' },
  devDependencies: { absent: '1.0.0' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  bin: { signet: 'bin/signet.js' },
}

const map = (source: string) => JSON.stringify({ version: 3, sources: [source] })

/** A package that is in order. */
const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'README.md': '# A package',
  LICENSE: 'A licence',
  'CHANGELOG.md': '# A package',
  'bin/signet.js': "import '../dist/main.js'",
  'dist/index.js': '//# sourceMappingURL=index.js.map',
  'dist/index.js.map': map('../src/index.ts'),
  'dist/index.d.ts': '//# sourceMappingURL=index.d.ts.map',
  'dist/index.d.ts.map': map('../src/index.ts'),
  'dist/main.js': '',
  'dist/page/index.html': '',
  'dist/page/assets/index-x1.js': '',
  'src/index.ts': "export { type Part } from './part.js'",
  'src/part.ts': '',
  'src/main.ts': '',
}

/** What is wrong with that package once these files are others; one that is undefined is left out. */
function faultsWith(changed: Readonly<Record<string, string | undefined>>): string[] {
  const entries = Object.entries({ ...FILES, ...changed })
  const files = entries.filter((entry): entry is [string, string] => entry[1] !== undefined)
  return findContentFaults({ manifest: MANIFEST, files: new Map(files) })
}

describe('what is in a package', () => {
  it('may be code, its maps and sources, a page, README, LICENSE and CHANGELOG', () => {
    expect(faultsWith({})).toStrictEqual([])
  })

  it.each([
    'src/index.test.ts',
    'dist/index.test.js',
    'src/index.test-d.ts',
    'dist/.tsbuildinfo',
    'dist/page/.vite/manifest.json',
    'dist/page/assets/index-x1.js.map',
    '.env',
    '.npmrc',
    'tsconfig.json',
    'binding.gyp',
    'signet-auth-0.1.0.tgz',
    'scripts/size.mjs',
  ])('may not be %s', (path) => {
    expect(faultsWith({ [path]: '{ "sources": [] }' })).toContain(
      `${path} is nothing that a user needs`,
    )
  })

  it.each(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'bin/signet.js'])(
    'has %s',
    (path) => {
      expect(faultsWith({ [path]: undefined })).toContain(`${path} is missing`)
    },
  )

  it('has no output of a source that is gone', () => {
    expect(faultsWith({ 'dist/gone.js': '' })).toStrictEqual([
      'dist/gone.js is left of a source that is gone',
    ])
  })

  it('has the sources that its maps point at, and the maps that its files name', () => {
    expect(faultsWith({ 'dist/index.js.map': map('../src/other.ts') })).toStrictEqual([
      'dist/index.js.map points at src/other.ts, which is not packed',
    ])
    expect(faultsWith({ 'dist/index.d.ts.map': undefined })).toStrictEqual([
      'dist/index.d.ts names index.d.ts.map, which is not packed',
    ])
  })

  it('has no source that only a test needs', () => {
    expect(faultsWith({ 'src/support.ts': "import './index.js'" })).toStrictEqual([
      'src/support.ts is needed by no entry of the package',
    ])
  })

  it('takes no types from a package that is not installed with it', () => {
    const entry = "import type { A } from './part.js'\n//# sourceMappingURL=index.d.ts.map"
    const faultsOf = (part: string) =>
      faultsWith({ 'dist/index.d.ts': entry, 'dist/part.d.ts': part })
    expect(faultsOf("import 'there'; import('@scope/there/x'); export * from 'node:fs'")).toEqual(
      [],
    )
    expect(faultsOf("export type { B } from 'absent/b'")).toEqual([
      'dist/part.d.ts takes types from absent, which is not installed with it',
    ])
    const notPublic = { 'dist/part.d.ts': "import type { B } from 'absent'" }
    expect(faultsWith(notPublic)).toEqual([])
  })

  it.each(Object.entries(PIECES))(
    'has nothing secret and no path of a machine: %s',
    (_name, text) => {
      const faults = faultsWith({ 'README.md': `Like this: ${text}` })
      expect(faults).toStrictEqual([expect.stringMatching(/^README\.md has an? /)])
      expect(faults.join()).not.toContain(text)
    },
  )
})

function readManifest(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
}

const PROJECT = {
  root: readManifest('.'),
  folder: 'packages/server',
  siblings: new Set(['@signet/auth', '@signet/core', '@signet/server']),
}

/** What is wrong with the package.json of the server once this is other. */
function manifestFaultsWith(changed: Readonly<Record<string, unknown>>): string[] {
  return findManifestFaults({ ...readManifest('packages/server'), ...changed }, PROJECT)
}

describe('the package.json of a package', () => {
  it('says what a registry and an installer want to know', () => {
    expect(manifestFaultsWith({})).toStrictEqual([])
  })

  it.each(['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])(
    'runs nothing where it is installed: %s',
    (name) => {
      expect(manifestFaultsWith({ scripts: { [name]: 'node x.js' } })).toStrictEqual([
        `scripts.${name} would run where it is installed`,
      ])
    },
  )

  it('may have scripts that run nowhere but here', () => {
    expect(manifestFaultsWith({ scripts: { size: 'node scripts/size.mjs' } })).toStrictEqual([])
  })

  it.each([
    [{ description: ' ' }, 'description is missing'],
    [{ keywords: [] }, 'keywords are missing'],
    [{ homepage: undefined }, 'homepage is missing'],
    [{ bugs: undefined }, 'bugs is missing'],
    [{ license: 'MIT' }, 'license is not that of the project'],
    [{ publishConfig: { provenance: true } }, 'publishConfig.access is not "public"'],
    [{ publishConfig: { access: 'public' } }, 'publishConfig.provenance is not true'],
    [{ engines: { node: '>=18' } }, 'engines.node is not that of the project'],
    [{ exports: {} }, 'exports has no ./package.json'],
    [{ dependencies: { hono: '^4.13.19' } }, 'dependencies has hono at ^4.13.19'],
    [{ dependencies: { '@signet/auth': '0.0.9' } }, 'dependencies has @signet/auth at 0.0.9'],
  ])('is refused with %j: %s', (changed, fault) => {
    expect(manifestFaultsWith(changed)).toStrictEqual([fault])
  })

  it('names its own folder of the repository', () => {
    const faults = findManifestFaults(readManifest('packages/core'), PROJECT)
    expect(faults).toStrictEqual(['repository.directory is not packages/server'])
  })
})

describe('a build', () => {
  const copies = new FixtureCopies()

  afterAll(() => copies.remove())

  it('removes what is left of sources that are gone, and nothing else', () => {
    const folder = copies.makeFolder()
    const kept = ['src/a.ts', 'src/b.tsx', 'dist/a.js', 'dist/b.d.ts.map', 'dist/page/assets/x.js']
    const stale = ['dist/gone.js', 'dist/gone.js.map', 'dist/gone.d.ts', 'dist/gone.d.ts.map']
    for (const path of ['src', 'dist/page/assets'])
      mkdirSync(join(folder, path), { recursive: true })
    for (const path of [...kept, ...stale]) writeFileSync(join(folder, path), '')
    removeStaleOutput(folder)
    expect(kept.filter((path) => !existsSync(join(folder, path)))).toStrictEqual([])
    expect(stale.filter((path) => existsSync(join(folder, path)))).toStrictEqual([])
  })
})
