// npm run fuzz -- [tokens|http|bodies|all] [--minutes N] [--seed S] [--batch B]: docs/testing.md says what is tried.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { prepare, root, runNode } from './prepare.mjs'

await prepare()
// Only now: before the installation there is no bundler.
const { buildFuzzProgram } = await import('./fuzz-program.mjs')
mkdirSync(join(root, '.signet'), { recursive: true })
const directory = mkdtempSync(join(root, '.signet', 'fuzz-program-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
// The program ends by itself when it is interrupted; then the folder is removed.
process.once('SIGINT', () => undefined)
runNode(['--enable-source-maps', buildFuzzProgram(directory), ...process.argv.slice(2)])
