// Packs what users install, as `npm publish` would.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNpm } from '../prepare.mjs'

/** @param {string} path - from the folder of the project */
export function readManifest(path) {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
}

/**
 * Packs every package into a folder that exists.
 * @param {string} destination
 * @returns {{ name: string, folder: string, manifest: object, tarball: string, files: Map<string, string>,
 *   size: number, unpackedSize: number }[]} `folder` from the folder of the project, `files` text by path, sizes in bytes
 */
export function packPackages(destination) {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  const workspaces = folders.flatMap((folder) => ['--workspace', folder])
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', destination]
  const output = runNpm([...args, ...workspaces], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  })
  const folderOf = new Map(folders.map((folder) => [readManifest(folder).name, folder]))
  return JSON.parse(output).map(({ name, filename, files, size, unpackedSize }) => {
    const folder = folderOf.get(name)
    // npm packs files as they are, so that their text need not be unpacked again.
    const texts = files.map(({ path }) => [path, readFileSync(join(root, folder, path), 'utf8')])
    return {
      name,
      folder,
      manifest: readManifest(folder),
      tarball: join(destination, filename),
      files: new Map(texts),
      size,
      unpackedSize,
    }
  })
}
