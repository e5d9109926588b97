import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runSignet } from '../process/signet-process.js'

/** Files by their paths in a folder. */
export type Files = Readonly<Record<string, string>>

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Makes a package of a workspace known to another, as package managers do: by a link. */
export function linkPackage(folder: string, name: string, target: string): void {
  const link = join(folder, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(target, link, 'junction')
}

/** An application that is open, and tells a value of what it imports on standard error as it is loaded. */
export function tellingApplication(imports: string, value: string): string {
  return `${imports}
import { Mastra } from '@signet/core'
console.error('VALUE ' + JSON.stringify(${value}))
export const mastra = new Mastra({ server: { auth: false } })
`
}

/** Loads an application, and returns what it told; undefined where it told nothing. */
export async function loadTelling(directory: string): Promise<{
  readonly code: number | null
  readonly value: unknown
  readonly stderr: string
}> {
  const { code, stderr } = await runSignet(['routes'], { cwd: directory })
  const [, told] = /^VALUE (.*)$/m.exec(stderr) ?? []
  return { code, stderr, value: told === undefined ? undefined : JSON.parse(told) }
}
