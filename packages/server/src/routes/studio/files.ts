import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A file of the Studio, as it is sent. */
export interface StudioFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Compressed, where that is shorter; reckoned once, when it is first asked for. */
  gzipped(): Uint8Array<ArrayBuffer> | undefined
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

function readFile(path: string): StudioFile {
  const bytes = new Uint8Array(readFileSync(path))
  let gzipped: Uint8Array<ArrayBuffer> | undefined
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    bytes,
    gzipped() {
      gzipped ??= new Uint8Array(gzipSync(bytes, { level: 9 }))
      return gzipped.length < bytes.length ? gzipped : undefined
    },
  }
}

/** The page and, by their names, the files that it loads: read once, for they do not change. */
export interface StudioFiles {
  readonly page: string
  /** The scripts that stand in the page itself. */
  readonly scripts: readonly string[]
  readonly assets: ReadonlyMap<string, StudioFile>
}

/**
 * Reads the Studio.
 * @param directory - holds `index.html` and `assets/`
 * @throws where it is not there
 */
export function readStudio(directory: string): StudioFiles {
  const folder = join(directory, 'assets')
  const page = readFileSync(join(directory, 'index.html'), 'utf8')
  return {
    page,
    scripts: [...page.matchAll(/<script>([^<]*)<\/script>/g)].map(([, script = '']) => script),
    assets: new Map(readdirSync(folder).map((name) => [name, readFile(join(folder, name))])),
  }
}
