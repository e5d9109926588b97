import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { requiredFiles } from './native-commonjs.js'

const SOURCE = /\.[cm]?[jt]sx?$/
/** What a module can ask about the file that it stands in. */
const PLACE = /\bimport\s*\.\s*meta\b|\b__dirname\b|\b__filename\b|\brequire\s*\.\s*resolve\b/
const FIRST_LINE_OF_SCRIPT = /^#!.*\n?/

/** What stands in a module for `import.meta`, and what makes it. */
const META = 'signet_meta'
const CREATE_META = 'signet_createMeta'

/**
 * What every bundle begins with. `require` is for what stays outside; esbuild finds it by its name.
 * @param entry - the module that the bundle is made of
 */
export function bundlePrelude(entry: string): string {
  return `import { createRequire as signet_createRequire } from 'node:module'
var require = signet_createRequire(${JSON.stringify(entry)})
function ${CREATE_META}(url, filename, dirname) {
  return {
    url,
    filename,
    dirname,
    require: signet_createRequire(url),
    resolve: (path) => (/^\\.{0,2}\\//.test(path) ? new URL(path, url).href : import.meta.resolve(path)),
  }
}`
}

/** Has each module ask its own file, not the bundle, where it is. */
export const PLACE_DEFINES: BuildOptions['define'] = {
  'import.meta': META,
  __dirname: `${META}.dirname`,
  __filename: `${META}.filename`,
  'require.resolve': `${META}.require.resolve`,
}

/** The source of a module that knows its own place. Its lines stay where they are. */
function withPlace(source: string, file: string): string {
  const place = [pathToFileURL(file).href, file, dirname(file)].map((text) => JSON.stringify(text))
  const [script = ''] = FIRST_LINE_OF_SCRIPT.exec(source) ?? []
  return `${script}const ${META} = ${CREATE_META}(${place.join(', ')});${source.slice(script.length)}`
}

/**
 * Keeps a module what it is without a bundle: it finds the files beside it, and CommonJS in JavaScript is loaded by
 * Node.js itself, by its own rules.
 */
export const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: SOURCE }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const watchFiles = requiredFiles(path, source)
      if (watchFiles !== undefined) {
        return { contents: `module.exports = require(${JSON.stringify(path)})`, watchFiles }
      }
      // Whatever is not changed, esbuild reads by itself.
      return PLACE.test(source)
        ? { contents: withPlace(source, path), loader: 'default' }
        : undefined
    })
    onLoad({ filter: /\.node$/ }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}
