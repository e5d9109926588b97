// Makes a program of what is in test/fuzz: it is TypeScript, and runs without a test runner, so that the memory and
// the rate that it measures are its own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** Sources, as those of the program are; and not a package that is installed. */
const SUPPORT = fileURLToPath(new URL('../test/support', import.meta.url))
const SOURCE = fileURLToPath(new URL('../test/fuzz', import.meta.url))

/** Bundles it, without the packages that it is of. Returns the file that is to be run. */
export function buildFuzzProgram(directory) {
  const servers = readdirSync(SOURCE, { recursive: true }).filter((name) =>
    name.endsWith('/server.ts'),
  )
  buildSync({
    entryPoints: ['main.ts', ...servers].map((name) => join(SOURCE, name)),
    outdir: directory,
    outbase: SOURCE,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    alias: { '@signet/test-support': SUPPORT },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  })
  return join(directory, 'main.mjs')
}
