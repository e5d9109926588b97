import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { npmCommand } from './npm.js'
import { serveTarballs } from './tarball-registry.js'
import { packTarballs } from './tarballs.js'

declare module 'vitest' {
  interface ProvidedContext {
    readonly registries: Registries
    /** The folder that has our packages, packed in this run. */
    readonly tarballs: string
  }
}

/** Where packages come from. */
export interface Registries {
  /** That of this machine, for whatever is not ours. */
  readonly others: string
  /** Has our packages, packed in this run. */
  readonly ours: string
}

function configuredRegistry(): string {
  const [command, ...args] = npmCommand()
  return execFileSync(command, [...args, 'config', 'get', 'registry'], {
    encoding: 'utf8',
    timeout: 20_000,
  }).trim()
}

/** Packs once for all tests of a run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const others = configuredRegistry()
  const directory = await mkdtemp(join(tmpdir(), 'signet-tarballs-'))
  const removeTarballs = () => rm(directory, { recursive: true })
  try {
    const registry = await serveTarballs(packTarballs(directory))
    provide('registries', { others, ours: registry.url })
    provide('tarballs', directory)
    return async () => {
      await registry.stop()
      await removeTarballs()
    }
  } catch (error) {
    await removeTarballs()
    throw error
  }
}
