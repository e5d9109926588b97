import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FixtureCopies } from './fixture.js'
import { ROOT } from './root.js'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/**
 * What the compiler says of these files, each a module of its own, under the rules of the project; empty where all is
 * well. @param copies - makes their folder, and removes it
 */
export function compileModules(
  files: Readonly<Record<string, string>>,
  copies: FixtureCopies,
): Promise<string> {
  const folder = copies.makeFolder()
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code)
  const compilerOptions = { composite: false, isolatedDeclarations: false, noEmit: true }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: { ...compilerOptions, declaration: false, declarationMap: false },
      include: ['*.ts'],
    }),
  )
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '-p', folder], (error, stdout, stderr) => {
      resolve(error === null ? '' : stdout + stderr)
    })
  })
}
