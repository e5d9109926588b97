// npm run bench: measures Signet beside its peers over HTTP. All of it takes 12 minutes; --quick takes 2, and
// --only agents,generate measures these groups alone.
import { join } from 'node:path'
import { install, prepare, root, runNode } from './prepare.mjs'

const directory = join(root, 'bench')

await prepare()
await install(directory)
runNode([join(directory, 'http', 'run.mjs'), ...process.argv.slice(2)])
