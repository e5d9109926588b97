// npm run bench:growth: measures how the cost of a request grows with what the server holds, in under 10 minutes.
import { join } from 'node:path'
import { prepare, root, runNode } from './prepare.mjs'

await prepare()
runNode([join(root, 'bench', 'growth', 'run.mjs'), ...process.argv.slice(2)])
