import { npmCommand } from './npm.js'
import type { Registries } from './global-setup.js'
import { fileOf } from './platform.js'

/** How one package manager is called, and how it is told of two registries. */
export interface PackageManager {
  /** As the page names it. */
  readonly name: 'npm' | 'pnpm' | 'Yarn' | 'Bun'
  /** The command and its first arguments. */
  command(): readonly [string, ...string[]]
  /** Its configuration for a user, which stands in the home folder: the name of the file, and its text. */
  configure(registries: Registries): readonly [name: string, text: string]
  /** What a project needs before the first package, by the names of the files. */
  readonly projectFiles: Readonly<Record<string, string>>
}

const npmrc = ({ others, ours }: Registries) =>
  ['.npmrc', `registry=${others}\n@signet:registry=${ours}\nignore-scripts=true\n`] as const

export const NPM: PackageManager = {
  name: 'npm',
  command: npmCommand,
  configure: npmrc,
  projectFiles: {},
}

export const PNPM: PackageManager = {
  name: 'pnpm',
  command: () => [fileOf('@pnpm/exe.linux-x64', 'pnpm')],
  configure: npmrc,
  // Without a word on it, pnpm fails because of the installation script of esbuild, which does without.
  projectFiles: { 'pnpm-workspace.yaml': 'allowBuilds:\n  esbuild: false\n' },
}

export const YARN: PackageManager = {
  name: 'Yarn',
  command: () => [process.execPath, fileOf('@yarnpkg/cli-dist', 'bin', 'yarn.js')],
  configure: ({ others, ours }) => [
    '.yarnrc.yml',
    [
      `npmRegistryServer: ${JSON.stringify(others)}`,
      `npmScopes:\n  signet:\n    npmRegistryServer: ${JSON.stringify(ours)}`,
      'unsafeHttpWhitelist:\n  - 127.0.0.1',
      'enableScripts: false',
      'enableTelemetry: false',
      'nodeLinker: node-modules',
      '',
    ].join('\n'),
  ],
  // Or it takes the project for a part of one in a folder above.
  projectFiles: { 'yarn.lock': '' },
}

export const BUN: PackageManager = {
  name: 'Bun',
  command: () => [fileOf('@oven/bun-linux-x64', 'bin', 'bun')],
  configure: ({ others, ours }) => [
    '.bunfig.toml',
    `[install]\nregistry = ${JSON.stringify(others)}\n[install.scopes]\n"@signet" = ${JSON.stringify(ours)}\n`,
  ],
  projectFiles: {},
}
