import { ensureEnv } from '../examples/weather/scripts/ensure-env.mjs'
import { endProcess } from '../packages/cli/dist/exit.js'
import { main } from '../packages/cli/dist/main.js'

/** Serves an application in development, once its .env has a secret and a token that it accepts. */
export async function serveExample(directory, flags) {
  // The same rules for tokens as in the server that is started below.
  process.env.NODE_ENV = 'development'
  try {
    console.error((await ensureEnv({ directory })).message)
    const message = ['--message', 'Weather in London']
    const code = await main(['dev', '--dir', directory, ...message, ...flags])
    await endProcess(code, { isServer: true })
  } catch (error) {
    console.error(`error: .env: ${error.message}`)
    process.exitCode = 1
  }
}
