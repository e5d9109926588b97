// npm run interop: Signet beside Mastra's client and server, package managers, runtimes and a model's
// server. `npm run interop -- runtimes` runs only the files whose names have that in them.
import { join } from 'node:path'
import { install, prepare, root, runNode } from './prepare.mjs'

const directory = join(root, 'interop')

await prepare()
await install(directory)
runNode([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', directory])
const files = process.argv.slice(2)
runNode([join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', directory, ...files])
