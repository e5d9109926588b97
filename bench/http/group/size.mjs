import { execFile } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ratioOf } from '../../verify/statistics.mjs'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** What the README has a user pack; of it the application's own server needs all but the client. */
const OWN = ['auth', 'core', 'store', 'server', 'proxy', 'studio', 'cli', 'client-js']
const MAX_MB = 80

/** What Mastra's page has a user install. */
const ORIGINAL = [
  '@mastra/core@1.71.0',
  '@mastra/auth@1.1.2',
  '@mastra/deployer@1.69.0',
  'mastra@1.31.0',
  'zod@4.6.7',
]

/** Runs npm as the npm that started this, where one did. */
async function npm(args, cwd) {
  const cli = process.env.npm_execpath
  const [file, ...first] = cli ? [process.execPath, cli] : ['npm']
  return await run(file, [...first, ...args], { cwd, maxBuffer: 1 << 26 })
}

/** What the files under a folder have in them, as `du --apparent-size` counts. */
function bytesUnder(path) {
  const stats = lstatSync(path)
  if (!stats.isDirectory()) return stats.size
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), stats.size)
}

/** @returns megabytes of 10^6 bytes */
async function installedMb(specifiers, directory) {
  const folder = mkdtempSync(join(directory, 'install-'))
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await npm(['install', ...flags, ...specifiers], folder)
  return bytesUnder(join(folder, 'node_modules')) / 1e6
}

async function packAll(directory) {
  const folder = join(directory, 'tarballs')
  mkdirSync(folder)
  const workspaces = OWN.flatMap((name) => ['-w', `@signet/${name}`])
  await npm(['pack', '--silent', ...workspaces, '--pack-destination', folder], ROOT)
  return readdirSync(folder).map((name) => join(folder, name))
}

async function clientBytes() {
  const script = join(ROOT, 'packages', 'client-js', 'scripts', 'size.mjs')
  const { stdout } = await run(process.execPath, [script], { cwd: ROOT })
  const [, bytes, most] = /client-js: (\d+) of (\d+) bytes/.exec(stdout) ?? []
  return { value: Number(bytes), most: Number(most), unit: 'bytes' }
}

/** What a user has on disk after the installation, and a page of ours in its bundle. */
export const size = {
  name: 'size',
  async measure({ directory }) {
    const own = await installedMb([...(await packAll(directory)), 'zod@4.6.7'], directory)
    const original = await installedMb(ORIGINAL, directory)
    const client = await clientBytes()
    const rows = [
      {
        label: 'installed, production dependencies',
        signet: `${own.toFixed(1)} MB`,
        ratios: { original: ratioOf([original], [own]) },
        limit: { value: Number(own.toFixed(1)), most: MAX_MB, unit: 'MB' },
      },
      {
        label: 'client-js, minified and gzipped',
        signet: `${client.value} bytes`,
        ratios: {},
        limit: client,
      },
    ]
    return {
      rows,
      samples: { signet: [{ installedMb: own }], original: [{ installedMb: original }] },
    }
  },
}
