import { readFileSync } from 'node:fs'

interface PackageManifest {
  readonly version: string
}

function readManifest(): PackageManifest {
  return JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as PackageManifest
}

/** The version of Signet: its packages are released together. */
export const VERSION: string = readManifest().version
