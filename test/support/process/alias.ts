import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './root.js'

/** Which of our packages stands for which of Mastra, as docs/moving-from-mastra.md has them installed. */
const ALIASES = { '@mastra/core': 'core', '@mastra/auth': 'auth' } as const

/** Installs a package of ours under another name, as `npm install @mastra/core@npm:@signet/core` does. */
export function alias(directory: string, name: keyof typeof ALIASES): void {
  const path = join(directory, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(join(ROOT, 'packages', ALIASES[name]), path, 'dir')
}

/** Installs all of them. */
export function aliasAll(directory: string): void {
  for (const name of Object.keys(ALIASES)) alias(directory, name as keyof typeof ALIASES)
}
