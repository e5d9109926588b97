import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'
import { npmCommand } from './npm.js'

/** The packages that a user of the page installs, in whole or through one another. */
const PACKAGES = ['auth', 'core', 'store', 'server', 'proxy', 'studio', 'cli', 'client-js'] as const

/** A package as `npm pack` leaves it. */
export interface Tarball {
  readonly name: string
  readonly version: string
  readonly file: string
  /** Subresource integrity of the file. */
  readonly integrity: string
  readonly manifest: Readonly<Record<string, unknown>>
}

interface Packed {
  readonly name: string
  readonly version: string
  readonly filename: string
  readonly integrity: string
}

/** Packs what is published, as it is published. */
export function packTarballs(directory: string): readonly Tarball[] {
  const [command, ...args] = npmCommand()
  const workspaces = PACKAGES.flatMap((name) => ['-w', `@signet/${name}`])
  const { status, stdout, stderr } = spawnSync(
    command,
    [...args, 'pack', '--json', ...workspaces, '--pack-destination', directory],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 600_000 },
  )
  if (status !== 0) throw new Error(`npm pack ended with ${status}:\n${stderr}`)
  const packed: readonly Packed[] = JSON.parse(stdout)
  return packed.map(({ name, version, filename, integrity }) => {
    const home = join(ROOT, 'packages', name.slice('@signet/'.length))
    const manifest: Record<string, unknown> = JSON.parse(
      readFileSync(join(home, 'package.json'), 'utf8'),
    )
    return { name, version, file: join(directory, filename), integrity, manifest }
  })
}
