// npm run bench:verify: measures the verifier beside its peers. --quick takes 15 seconds, all of it 4 minutes.
import { join } from 'node:path'
import { install, prepare, root, runNode } from './prepare.mjs'

const directory = join(root, 'bench')

await prepare()
await install(directory)
runNode(['--expose-gc', join(directory, 'verify', 'run.mjs'), ...process.argv.slice(2)])
