// npm run interop: runs the real clients of the original against this server.
import { join } from 'node:path'
import { install, prepare, root, runNode } from './prepare.mjs'

const directory = join(root, 'interop')

prepare()
install(directory)
runNode([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', directory])
runNode([join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', directory])
