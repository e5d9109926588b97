// Packs what users install, and checks that.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findContentFaults } from './package/contents.mjs'
import { lintTarball } from './package/lint.mjs'
import { findManifestFaults } from './package/manifest.mjs'
import { packPackages, readManifest } from './package/pack.mjs'
import { root } from './prepare.mjs'

const project = readManifest('.')
const license = readFileSync(join(root, 'LICENSE'), 'utf8')

/** @param {number} bytes */
const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`.padStart(7)

async function checkPackage(packed, siblings) {
  const { name, folder, manifest, files, tarball } = packed
  const faults = [
    ...findManifestFaults(manifest, { root: project, folder, siblings }).map(
      (fault) => `package.json: ${fault}`,
    ),
    ...findContentFaults(packed),
    ...(files.get('LICENSE') === license ? [] : ['LICENSE is not that of the project']),
    ...(await lintTarball(tarball)),
  ]
  for (const fault of faults) console.error(`${name}: ${fault}`)
  return faults.length === 0
}

/**
 * Checks every package as `npm publish` would pack it. Prints how large each is, and what is wrong.
 * @returns {Promise<boolean>} whether all are in order
 */
export async function checkPackages() {
  const destination = mkdtempSync(join(tmpdir(), 'signet-pack-'))
  // Also where npm fails, which ends this process.
  process.once('exit', () => rmSync(destination, { recursive: true, force: true }))
  let areGood = true
  const packages = packPackages(destination)
  const siblings = new Set(packages.map(({ name }) => name))
  for (const packed of packages) {
    // One after another: each starts two programs, and there may be two cores.
    if (!(await checkPackage(packed, siblings))) areGood = false
    const { name, files, size, unpackedSize } = packed
    const sizes = `${kilobytes(size)} packed ${kilobytes(unpackedSize)} unpacked`
    console.log(`${name.padEnd(18)} ${String(files.size).padStart(4)} files ${sizes}`)
  }
  return areGood
}
