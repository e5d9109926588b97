import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The server of `signet dev`. The development server of Vite forwards requests for the API to it. */
const SERVER = 'http://localhost:4111'

export default defineConfig({
  plugins: [react(), tailwind()],
  // The page can be served under any path.
  base: './',
  build: {
    outDir: 'dist/page',
    // Files are not inlined, because the policy of the page does not allow data URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // scripts/size.mjs reads from the manifest which file loads which.
    manifest: true,
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': SERVER } },
})
