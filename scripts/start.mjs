// npm start: serves the example agent, with auth on.
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

const example = join(root, 'examples', 'weather')

prepare()
const { ensureEnv } = await import('../examples/weather/scripts/ensure-env.mjs')
await ensureEnv({ directory: example })
const { main } = await import('../packages/cli/dist/main.js')
const flags = ['--dir', example, '--message', 'Weather in London']
process.exitCode = await main(['dev', ...flags, ...process.argv.slice(2)])
