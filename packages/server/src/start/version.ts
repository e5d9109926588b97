import { createRequire } from 'node:module'

interface PackageManifest {
  readonly version: string
}

/** The package asks for itself by its name: its built files and its sources stand at different depths. */
const manifest = createRequire(import.meta.url)('@signet/server/package.json') as PackageManifest

/** The version of Signet: its packages are released together. */
export const VERSION: string = manifest.version
