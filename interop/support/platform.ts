import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'

/** In CI nothing skips itself: what cannot run fails. */
const IS_REQUIRED = process.env['SIGNET_REQUIRE_SERVICES'] === '1'

const IS_LINUX_X64 = process.platform === 'linux' && process.arch === 'x64'
const IS_WINDOWS = process.platform === 'win32'

/**
 * Declares tests of a binary that there is for Linux on x64 only. Elsewhere they are skipped; with
 * `SIGNET_REQUIRE_SERVICES=1` they run all the same, and fail.
 */
export function describeOnLinux(name: string, tests: () => void): void {
  describe.skipIf(!IS_LINUX_X64 && !IS_REQUIRED)(`${name} (a binary for Linux on x64)`, () => {
    tests()
  })
}

/** Likewise for what needs a shell and links to commands, which Windows has not. */
export function describeOnUnix(name: string, tests: () => void): void {
  describe.skipIf(IS_WINDOWS && !IS_REQUIRED)(`${name} (with a shell)`, () => {
    tests()
  })
}

/** A file of a package that is installed here. */
export function fileOf(packageName: string, ...path: readonly string[]): string {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
  return join(dirname(manifest), ...path)
}
