// npm start: installs, builds and serves the example agent, with auth on.
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

await prepare()
// Not before: what it imports is built by the line above.
const { serveExample } = await import('./serve-example.mjs')
await serveExample(join(root, 'examples', 'weather'), process.argv.slice(2))
