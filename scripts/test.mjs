// npm test: runs every test, or those named: npm test -- packages/auth
import { join } from 'node:path'
import { prepare, runNode } from './prepare.mjs'

await prepare()
runNode([join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)])
