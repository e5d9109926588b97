// npm run bench:studio: measures the chat of the Studio in Chromium, in 3 minutes.
import { join } from 'node:path'
import { prepare, root, runNode } from './prepare.mjs'

await prepare()
runNode([join(root, 'bench', 'studio', 'run.mjs'), ...process.argv.slice(2)])
