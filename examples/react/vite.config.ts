import { fileURLToPath } from 'node:url'
import { defineConfig, loadEnv } from 'vite'

/** The example that `npm start` serves; its `.env` has a token that the server accepts. */
const SERVER = fileURLToPath(new URL('../weather', import.meta.url))

export default defineConfig(({ command, mode }) => {
  // Only while developing: a token in a built page is everyone's who loads the page.
  const env = command === 'serve' ? loadEnv(mode, SERVER, 'MASTRA_JWT_TOKEN') : {}
  return {
    define: {
      'process.env.MASTRA_JWT_TOKEN': JSON.stringify(env['MASTRA_JWT_TOKEN'] ?? ''),
    },
    server: {
      // Page and API have one origin, so that the server need not list it in `server.cors`.
      proxy: { '/api': process.env['SIGNET_URL'] ?? 'http://localhost:4111' },
    },
  }
})
