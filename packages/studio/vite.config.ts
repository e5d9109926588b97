import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `signet dev` serves the API that the Studio talks to while it is worked on: `npm run dev`. */
const SERVER = 'http://localhost:4111'

export default defineConfig({
  plugins: [react(), tailwind()],
  // The page may lie under any path.
  base: './',
  build: {
    outDir: 'dist/page',
    // Nothing may be inlined: the policy of the page allows no data in place of a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What loads what, for scripts/size.mjs.
    manifest: true,
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': SERVER } },
})
