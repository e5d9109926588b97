// npm run build: compiles what has changed, and says how much a browser loads of it.
import { join } from 'node:path'
import { build, runNode } from './prepare.mjs'

await build()
for (const name of ['client-js', 'studio']) {
  runNode([join('packages', name, 'scripts', 'size.mjs')])
}
