// What may be in a package that users install. Pure: it is told what is in one, and says what is wrong with it.
import { posix } from 'node:path'

/** Beside what `files` names, npm packs only these. */
const PLAIN = /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/THIRD-PARTY-LICENSES\.txt)$/
/** What is compiled, and what it is compiled from: that is where source maps and declaration maps point. */
const COMPILED = /^(?:bin\/[\w-]+\.js|dist\/(?!page\/).+\.(?:js|d\.ts)(?:\.map)?|src\/.+\.tsx?)$/
/** The page of the Studio. */
const PAGE = /^dist\/page\/(?:index\.html|assets\/[\w-]+\.(?:js|css|svg))$/
const TEST = /\.(?:test|spec|test-d)\./

/** Texts that no package may have, each with what it would give away. */
const FORBIDDEN = [
  [/(?:\/(?:home|Users|root)\/|[A-Z]:\\{1,2}Users\\)[\w.-]+/, 'a path of a machine'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/]{16}/, 'a private key'],
  [/"d"\s*:\s*"[\w-]{32,}"/, 'a private key (JWK)'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/, 'a token'],
  [/\bsgn_[0-9A-Za-z]{49}\b/, 'an API key'],
  [/\b(?:npm_[0-9A-Za-z]{36}|gh[opsu]_[0-9A-Za-z]{36}|AKIA[0-9A-Z]{16}|sk-[\w-]{24,})\b/, 'a key'],
]

/** The paths that a value of `exports` or `bin` leads to. */
function targets(value) {
  if (typeof value === 'string') return [posix.normalize(value)]
  return Object.values(value ?? {}).flatMap(targets)
}

function findKindFaults({ paths }) {
  return paths
    .filter((path) => TEST.test(path) || ![PLAIN, COMPILED, PAGE].some((kind) => kind.test(path)))
    .map((path) => `${path} is nothing that a user needs`)
}

function findMissing({ manifest, files }) {
  const wanted = ['README.md', 'LICENSE', ...targets(manifest.exports), ...targets(manifest.bin)]
  return wanted.filter((path) => !files.has(path)).map((path) => `${path} is missing`)
}

/** Of a compiler's output there is no more than its source: an older build may have left some. Chunks have none. */
function findStale({ paths, files }) {
  return paths
    .filter((path) => /^dist\/(?!page\/|(?:.+-)?[\dA-Z]{8}\.js$).+\.js$/.test(path))
    .filter((path) => {
      const source = path.replace(/^dist\/(.+)\.js$/, 'src/$1.ts')
      return !files.has(source) && !files.has(`${source}x`)
    })
    .map((path) => `${path} is left of a source that is gone`)
}

/** Maps are there where a file names one, and so are the sources that they name. */
function findMapFaults({ paths, files }) {
  return paths.flatMap((path) => {
    const folder = posix.dirname(path)
    if (path.endsWith('.map')) {
      const { sources, sourceRoot = '' } = JSON.parse(files.get(path))
      return sources
        .map((source) => posix.join(folder, sourceRoot, source))
        .filter((source) => !files.has(source))
        .map((source) => `${path} points at ${source}, which is not packed`)
    }
    const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(files.get(path))?.[1]
    if (!/^dist\/.+\.(?:js|ts)$/.test(path) || !map) return []
    return files.has(posix.join(folder, map)) ? [] : [`${path} names ${map}, which is not packed`]
  })
}

/** Sources that no public entry needs: then only tests do, or nothing. */
function findUnreached({ manifest, paths, files }) {
  const reached = new Set()
  const visit = (path) => {
    const source = [path, `${path}x`].find((candidate) => files.has(candidate))
    if (!source || reached.has(source)) return
    reached.add(source)
    for (const [, target] of files.get(source).matchAll(/['"](\.{1,2}\/[^'"]+)\.js['"]/g)) {
      const file = posix.join(posix.dirname(source), target)
      visit(`${file.replace(/^dist\//, 'src/')}.ts`)
    }
  }
  for (const target of targets(manifest.exports)) {
    visit(target.replace(/^dist\/(.+)\.js$/, 'src/$1.ts'))
  }
  for (const target of targets(manifest.bin)) visit(target)
  return paths
    .filter((path) => path.startsWith('src/') && !reached.has(path))
    .map((path) => `${path} is needed by no entry of the package`)
}

/** A text without the lines of its block comments, in which examples import what they use. */
const withoutComments = (text) => text.replaceAll(/^ *\*.*$/gm, '')

/** Packages whose types the public declarations take, but that nobody gets with this one: a strict compiler stops there. */
function findForeignTypes({ manifest, files }) {
  const { dependencies = {}, peerDependencies = {} } = manifest
  const installed = new Set(Object.keys({ ...dependencies, ...peerDependencies }))
  const reached = new Set()
  const faults = []
  const visit = (path) => {
    if (reached.has(path) || !files.has(path)) return
    reached.add(path)
    const text = withoutComments(files.get(path))
    for (const [, target] of text.matchAll(/\b(?:from|import) ?\(?['"]([^'"]+)['"]/g)) {
      const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(target) ?? []
      if (target.startsWith('.')) {
        visit(posix.join(posix.dirname(path), target.replace(/\.js$/, '.d.ts')))
      } else if (!target.startsWith('node:') && !installed.has(name)) {
        faults.push(`${path} takes types from ${name}, which is not installed with it`)
      }
    }
  }
  for (const target of targets(manifest.exports)) if (target.endsWith('.d.ts')) visit(target)
  return faults
}

function findForbidden({ paths, files }) {
  return paths.flatMap((path) =>
    FORBIDDEN.filter(([pattern]) => pattern.test(files.get(path))).map(
      ([, what]) => `${path} has ${what}`,
    ),
  )
}

const RULES = [
  findKindFaults,
  findMissing,
  findStale,
  findMapFaults,
  findUnreached,
  findForeignTypes,
  findForbidden,
]

/**
 * What is wrong with the files of a package; empty where all is well. A fault names the file and never
 * says what it found there.
 * @param {{ manifest: object, files: Map<string, string> }} contents - `files`: text by path, as packed
 * @returns {string[]}
 */
export function findContentFaults({ manifest, files }) {
  const contents = { manifest, files, paths: [...files.keys()] }
  return RULES.flatMap((rule) => rule(contents))
}
