import { fileURLToPath } from 'node:url'

/** The folder of the built page: `index.html` and `assets/`. A server serves it as the Studio. */
export const STUDIO_DIRECTORY: string = fileURLToPath(new URL('./page', import.meta.url))
