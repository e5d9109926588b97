// Makes one file of a package for each of its entries, and one for what they share: a server starts in half the
// time where Node.js has a hundred files to find and not eight (docs/decisions/packages-are-bundled.md).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
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
  const file = join(directory, 'dist', LICENSES)
  rmSync(file, { force: true })
  if (texts.length > 0) writeFileSync(file, texts.join('\n'))
}

/**
 * Bundles a package. What its package.json names as a dependency stays outside; anything else
 * is held, and has to be ES modules.
 * @param {string} directory - of the package
 */
export function bundle(directory) {
  const manifest = readManifest(directory)
  const { dependencies = {}, peerDependencies = {} } = manifest
  const output = join(directory, 'dist')
  for (const name of readdirSync(output, { recursive: true })) {
    if (OUTPUT.test(name)) rmSync(join(output, name))
  }
  const { metafile } = buildSync({
    entryPoints: entriesOf(directory, manifest),
    outdir: output,
    outbase: join(directory, 'src'),
    bundle: true,
    splitting: true,
    metafile: true,
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
}
