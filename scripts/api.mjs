// npm run api: builds, and writes the golden text of each package's public API anew.
import { prepare } from './prepare.mjs'

await prepare()
// Not before: what it imports is installed by the line above.
const { renewApi } = await import('./check-api.mjs')
await renewApi()
