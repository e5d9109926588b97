// What others' tools say of a tarball: publint, and whether its types are those of what is imported (attw).
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../prepare.mjs'

const PUBLINT = join(root, 'node_modules', 'publint', 'src', 'cli.js')
const ATTW = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')

/** What a program says where it fails; empty where all is well. */
function complaint(args) {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve(error ? stdout + stderr : '')
    })
  })
}

/**
 * What publint, with warnings as errors, and attw say of a package. The packages are ES modules only, so
 * that attw does not look at how CommonJS would resolve them.
 * @param {string} tarball
 * @returns {Promise<string[]>} empty where all is well
 */
export async function lintTarball(tarball) {
  const said = await Promise.all([
    complaint([PUBLINT, 'run', tarball, '--strict']),
    complaint([ATTW, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']),
  ])
  return said.filter((text) => text !== '')
}
