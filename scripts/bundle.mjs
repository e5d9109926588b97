// Makes one file of a package for each of its entries, and one for what they share: a server starts in half the
// time where Node.js has a hundred files to find and not eight (docs/decisions/packages-are-bundled.md).
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { buildSync } from 'esbuild'

const LICENSES = 'THIRD-PARTY-LICENSES.txt'
const OUTPUT = /\.js(?:\.map)?$/

function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}

/** The sources of what `exports` names, and of what a command's first file imports. */
function entriesOf(directory, { exports, bin = {} }) {
  const targets = Object.values(exports).flatMap((target) => target.default ?? [])
  const commands = Object.values(bin).flatMap((file) => {
    const text = readFileSync(join(directory, file), 'utf8')
    return [...text.matchAll(/'\.\.\/(dist\/[^']+)'/g)].map(([, target]) => target)
  })
  return [...targets, ...commands].map((target) =>
    join(directory, target.replace(/dist\/(.+)\.js$/, 'src/$1.ts')),
  )
}

/** The licences of what others wrote and the package holds. */
function writeLicenses(directory, inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []),
  )
  const texts = [...packages]
    .filter((path) => existsSync(join(path, 'package.json')))
    .map((path) => {
      const { name, version } = readManifest(path)
      return `${name} ${version}\n\n${readFileSync(join(path, 'LICENSE'), 'utf8').trim()}\n`
    })
  const path = join(directory, 'dist', LICENSES)
  if (texts.length > 0) place({ path, contents: texts.join('\n') })
  else rmSync(path, { force: true })
}

/** Puts a file in place in one step: whoever starts meanwhile finds the old one or the new one. */
function place({ path, contents }) {
  const unfinished = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
}

/**
 * Bundles a package. What its package.json names as a dependency stays outside; anything else
 * is held, and has to be ES modules. Where that fails, what was bundled before stays.
 * @param {string} directory - of the package
 * @param {string} main - the file of `dist` that tells by its time when this was done last: it is written last,
 *   and as old as the beginning, so that what is changed meanwhile is newer
 */
export function bundle(directory, main) {
  const startedAt = new Date()
  const manifest = readManifest(directory)
  const { dependencies = {}, peerDependencies = {} } = manifest
  const output = join(directory, 'dist')
  const { metafile, outputFiles } = buildSync({
    entryPoints: entriesOf(directory, manifest),
    outdir: output,
    outbase: join(directory, 'src'),
    bundle: true,
    splitting: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: [...Object.keys(dependencies), ...Object.keys(peerDependencies)],
    logLevel: 'warning',
  })
  writeLicenses(
    directory,
    Object.keys(metafile.inputs).map((path) => relative(process.cwd(), path)),
  )
  const last = join(output, main)
  for (const file of outputFiles) if (file.path !== last) place(file)
  for (const file of outputFiles) if (file.path === last) place(file)
  utimesSync(last, startedAt, startedAt)
  const current = new Set(outputFiles.map(({ path }) => path))
  for (const name of readdirSync(output, { recursive: true })) {
    const path = join(output, name)
    if (OUTPUT.test(name) && !current.has(path)) rmSync(path, { force: true })
  }
}
