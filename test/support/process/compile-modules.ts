import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FixtureCopies } from './fixture.js'
import { ROOT } from './root.js'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** What the compiler says of a folder with a tsconfig.json; empty where all is well. */
export function compileProject(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '-p', folder], (error, stdout, stderr) => {
      resolve(error === null ? '' : stdout + stderr)
    })
  })
}

/**
 * What the compiler says of these files, each a module of its own; empty where all is well.
 * @param copies - makes their folder, and removes it
 * @param rules - the tsconfig.json whose rules hold. Default: the rules of the project
 */
export function compileModules(
  files: Readonly<Record<string, string>>,
  copies: FixtureCopies,
  rules: string = join(ROOT, 'tsconfig.base.json'),
): Promise<string> {
  const folder = copies.makeFolder()
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code)
  const compilerOptions = { composite: false, isolatedDeclarations: false, noEmit: true }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: rules,
      compilerOptions: { ...compilerOptions, declaration: false, declarationMap: false },
      include: ['*.ts', '*.tsx'],
    }),
  )
  return compileProject(folder)
}
